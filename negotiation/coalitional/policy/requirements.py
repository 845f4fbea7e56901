"""What an allocation has to keep to, in rows and in words: covered cost, caps and floors, bounds of what outsiders pay, no better alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...errors import NotApplicableError
from ...numerics import Array
from ..cost_game import CostGame, MemberClass, Source
from ..terms import SUBSIDY, Terms
from ..words import group, money
from .parts import Requirement
from .programme import Programme


def requirements(game: CostGame, terms: Terms, core: float | None, members_capital: tuple[float, float], *, unlimited: bool) -> Programme:
    """Return the programme of a game under terms, without an objective.

    Parameters
    ----------
    game : CostGame
    terms : Terms
        Caps and floors stand before the classes' own ability to pay and floors; a subsidy is a source that pays exactly that.
    core : float or None
        The most that a coalition may pay above its cost alone; None: coalitions do not count.
    members_capital : (float, float)
        The least and the largest share of the capital that members bear themselves; counts where the game has capital.
    unlimited : bool
        Whether the public purse pays what is missing, where the game names no source of public money.

    Returns
    -------
    Programme
    """
    sources = _sources(game, terms, unlimited=unlimited)
    programme = Programme(game, sources, [], core, terms)
    programme.requirements += [*_balance(programme), *_caps_and_floors(programme), *_bounds(programme), *_capital(programme, members_capital)]
    return programme


def said(programme: Programme, row: Requirement) -> str:
    """Return a requirement in words; those of coalitions are put into words when they are shown."""
    if row.kind != "group":
        return row.says
    game, level = programme.game, programme.level or 0.0
    counts = {name: int(n) for name, n in zip(game.names, row.row[: len(game.names)], strict=True) if n}
    saved, one = game.kind == "savings", sum(counts.values()) == 1
    alone = game.sign * (row.most - level)
    verb = ("gets" if one else "get") if saved else ("pays" if one else "pay")
    bound = "at least" if saved else "no more than"
    if level:
        away = f"{money(game, abs(level))} {'more' if (level > 0) != saved else 'less'} than alone"
        return f"{group(game, counts)} {verb} {bound} {money(game, alone + game.sign * level)}, {away}"
    what = f"what {'it earns' if one else 'they earn'} alone" if saved else "alone"
    return f"{group(game, counts)} {verb} {bound} {what}, {money(game, alone)}"


def limits(game: CostGame, terms: Terms) -> tuple[Array, Array]:
    """Return the least and the most that one member of each class pays (gets), from the terms or from the classes."""
    low, high = terms.bounds(game)
    if game.kind == "savings":
        return low, high
    for k, entry in enumerate(game.classes):
        if entry.name not in terms.floors:
            low[k] = max(low[k], entry.floor)
        if entry.name not in terms.caps and entry.affordable is not None:
            high[k] = min(high[k], entry.affordable)
    return low, high


def _sources(game: CostGame, terms: Terms, *, unlimited: bool) -> tuple[Source, ...]:
    sources = game.sources
    name = SUBSIDY if SUBSIDY not in {source.name for source in sources} else f"{SUBSIDY}_agreed"
    if unlimited and not any(source.public for source in sources):
        return (*sources, Source(name, "the public purse", terms.subsidy))
    return (*sources, Source(name, "the subsidy", terms.subsidy, terms.subsidy)) if terms.subsidy else sources


def _balance(programme: Programme) -> Iterator[Requirement]:
    game = programme.game
    row = np.array([*game.members, *(1 for _ in programme.sources)], dtype=float)
    due, total = game.sign * game.total, money(game, game.total)
    covered, spare = f"charges and contributions cover the cost, {total}", f"no more is collected than the cost, {total}"
    if game.kind == "savings":
        covered = f"what members get is covered by what everybody together earns, {total}, and by contributions"
        spare = "everything that is earned and contributed is shared out"
    yield Requirement("balance", "", -row, -due, covered)
    yield Requirement("surplus", "", row, due, spare)


def _caps_and_floors(programme: Programme) -> Iterator[Requirement]:
    game = programme.game
    low, high = limits(game, programme.terms)
    for k, entry in enumerate(game.classes):
        row = np.zeros(programme.size)
        row[k] = game.sign
        if np.isfinite(high[k]):
            yield Requirement("cap", entry.name, row, float(high[k]), _one(game, entry, "most", float(high[k])))
        if np.isfinite(low[k]):
            yield Requirement("floor", entry.name, -row, -float(low[k]), _one(game, entry, "least", float(low[k])))


def _one(game: CostGame, entry: MemberClass, bound: str, amount: float) -> str:
    verb = ("pays" if entry.members == 1 else "pay") if game.kind == "cost" else ("gets" if entry.members == 1 else "get")
    return f"{entry.title} {verb} at {bound} {money(game, amount)}{'' if entry.members == 1 else ' each'}"


def _bounds(programme: Programme) -> Iterator[Requirement]:
    first = len(programme.game.names)
    for j, source in enumerate(programme.sources):
        row = np.zeros(programme.size)
        row[first + j] = 1.0
        yield Requirement("least", source.name, -row, -source.least, f"at least {money(programme.game, source.least)} comes from {source.title}")
        if np.isfinite(source.most):
            yield Requirement("most", source.name, row, source.most, f"at most {money(programme.game, source.most)} comes from {source.title}")


def _capital(programme: Programme, members_capital: tuple[float, float]) -> Iterator[Requirement]:
    least, most = members_capital
    game = programme.game
    if not 0 <= least <= most <= 1:
        raise NotApplicableError(f"members' share of the capital is between 0 and 1, not {least:g} to {most:g}", "give two shares, the lower first")
    if not game.capital or not programme.sources:
        return
    row = np.array([*(0.0 for _ in game.names), *(1.0 for _ in programme.sources)])
    words = f"members bear at least {least:.0%} of the capital, {money(game, game.capital)}" if least else "outsiders pay for no more than the capital"
    limit = (1 - least) * game.capital
    yield Requirement("capital", "outside", row, limit, f"{words}, so at most {money(game, limit)} comes from outside")
    if most < 1:
        need = (1 - most) * game.capital
        words = f"members bear at most {most:.0%} of the capital, so at least {money(game, need)} comes from outside"
        yield Requirement("capital", "members", -row, -need, words)
