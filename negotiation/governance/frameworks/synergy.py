"""Synergy: do private, social and public governance together stabilise what none of them does alone, and does everybody gain?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...budget import Budget
from ...coalitional.allocation import Allocation
from ...definition import Definition, known
from ...numerics import TOLERANCE, Array, plain, shown
from ...settings import NO_SETTINGS, Settings
from ...strategic.wording import joined
from ..levers.cases import Cases
from ..levers.sets import cases_of
from ..levers.wording import payers_of, target_words
from ..situation import build_situation
from .agreement import Agreement, agreement
from .bundles import BundleTable, bundled, drivers_by, unplaced_words
from .cells import empty_words

MODES = {"private": "private governance", "social": "social governance", "public": "public governance"}
"""The three modes; each is the bundle of its driver levers, in the cluster or along the chain."""


@dataclass(frozen=True)
class Coordinate:
    """One thing that ought to be better with all three modes than with any one.

    Parameters
    ----------
    name, label : str
    economic : bool
        Whether it is the sum of all payoffs after the cost of the levers; otherwise an outcome of the game.
    together : float
    single : dict of str to float
        For each mode alone.
    improves, worsens : bool
        Whether all three together are better than every single mode, or worse than some.
    """

    name: str
    label: str
    economic: bool
    together: float
    single: dict[str, float]
    improves: bool
    worsens: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the coordinate as a flat row."""
        alone = {f"{name} alone": value for name, value in self.single.items()}
        return {"name": self.name, "label": self.label, "together": self.together, **alone, "improves": self.improves, "worsens": self.worsens}


@dataclass(frozen=True)
class Fallback:
    """What a stakeholder earns with all three modes against what it falls back on; all its members together."""

    stakeholder: str
    today: float
    together: float
    levers: float

    @property
    def gain(self) -> float:
        """Its gain over today, after what it pays for the levers."""
        return self.together - self.levers - self.today


@dataclass(frozen=True, eq=False)
class Synergy:
    """Whether private, social and public governance are synergistic here.

    Parameters
    ----------
    bundles : BundleTable
        All eight combinations of the three modes.
    coordinates : tuple of Coordinate
        First the economic one, then the social ones.
    fallbacks : tuple of Fallback
        Empty where the game names no status quo.
    paid : Allocation or None
        The charges under all three modes, judged in the cost game; None where nothing says what people pay.
    agreement : Agreement or None
        Division of the gains under all three modes; None where the game names no status quo or the modes rule the target out.
    unplaced : tuple of str
        Driver levers without an actor.
    """

    bundles: BundleTable
    coordinates: tuple[Coordinate, ...]
    fallbacks: tuple[Fallback, ...]
    paid: Allocation | None
    agreement: Agreement | None
    unplaced: tuple[str, ...]

    @property
    def together(self) -> bool:
        """Whether the target holds with all three modes."""
        return bool(self.bundles.table.holds[self.bundles.all])

    @property
    def alone(self) -> tuple[str, ...]:
        """Modes with which alone it holds."""
        return tuple(effect.name for effect in self.bundles.effects if effect.holds_alone)

    @property
    def as_equilibrium(self) -> bool:
        """Whether the three modes together stabilise and none of them does alone, without any agreement."""
        return self.together and not self.alone and not self.bundles.empty

    @property
    def strict(self) -> bool:
        """Whether the target is a strict equilibrium under all three."""
        return self.together and bool(self.bundles.table.margin[self.bundles.all] > 0)

    @property
    def economic(self) -> bool:
        """Whether the three together earn more than any single mode."""
        return all(one.improves for one in self.coordinates if one.economic)

    @property
    def social(self) -> bool:
        """Whether no social coordinate is worse than with some single mode, and one is better than with each."""
        found = [one for one in self.coordinates if not one.economic]
        return any(one.improves for one in found) and not any(one.worsens for one in found)

    @cached_property
    def losers(self) -> tuple[str, ...]:
        """Stakeholders that fall below what they earn today."""
        return tuple(one.stakeholder for one in self.fallbacks if one.gain < -TOLERANCE * max(abs(one.today), abs(one.together), abs(one.levers)))

    @property
    def accepted(self) -> bool | None:
        """Whether the charges are in the core; None where that is not asked."""
        return None if self.paid is None else self.paid.objection is None and self.paid.shortfall == 0.0

    @property
    def full(self) -> bool:
        """Whether every condition of synergistic governance is met: see :func:`synergy`."""
        return self.as_equilibrium and self.strict and self.economic and self.social and not self.losers and self.accepted is not False

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        table = self.bundles
        what = target_words(table.table.definition)
        if self.as_equilibrium:
            parts = [f"Private, social and public governance together make {what} hold, and none of them does alone: they are synergistic as an equilibrium."]
        elif not self.together:
            parts = [f"Private, social and public governance together do not make {what} hold."]
        elif self.alone:
            parts = [f"No synergy: {table.words(self.alone)} alone {'makes' if len(self.alone) == 1 else 'make'} {what} hold."]
        else:
            parts = [f"What there is of governance makes {what} hold, and none of it does alone, but not all three modes are there."]
        missing = self._missing()
        if self.as_equilibrium:
            parts.append("Economic and social gains come together and nobody falls below today." if not missing else f"But {joined(missing)}.")
        return " ".join([*parts, *([self._agreed()] if self.agreement else []), *empty_words(table, "mode")])

    def _missing(self) -> list[str]:
        definition = self.bundles.table.definition
        labels = [definition.stakeholders[name].label or name for name in self.losers]
        parts = [] if self.strict else ["the target holds only just"]
        parts += [] if self.economic else ["all together earn no more than under some single mode"]
        parts += [] if self.social else ["not every social outcome is at least as good as under each single mode"]
        parts += [f"{joined(labels)} {'falls' if len(labels) == 1 else 'fall'} below what they earn today"] if labels else []
        return parts + (["the charges are contested"] if self.accepted is False else [])

    def _agreed(self) -> str:
        if self.agreement is None:
            return ""
        if self.agreement.strict:
            return "As an agreement with side payments it exists: the gains can be divided so that every stakeholder prefers it to today and nobody leaves."
        if self.agreement.exists:
            return "With side payments nobody is worse off than today and nobody leaves, but not everybody gains."
        return f"No agreement with side payments makes everybody better off than today: {shown(self.agreement.shortage)} {self._money} is missing."

    @property
    def _money(self) -> str:
        return self.bundles.table.definition.money

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        table = self.bundles
        body = {
            "sentence": self.sentence,
            "how": "all eight combinations of the three modes were examined",
            "notes": unplaced_words(table.table.definition, self.unplaced, "actor"),
            "money": self._money,
            "as_equilibrium": self.as_equilibrium,
            "strict": self.strict,
            "economic_gains": self.economic,
            "social_gains": self.social,
            "below_fallback": list(self.losers),
            "charges_in_core": self.accepted,
            "synergistic": self.full,
            "as_agreement": None if self.agreement is None else self.agreement.exists,
            "modes": [effect.as_dict() for effect in table.effects],
            "combinations": [table.described(k) for k in range(len(table.on))],
            "coordinates": [one.as_dict() for one in self.coordinates],
            "fallbacks": [{**vars(one), "gain": one.gain} for one in self.fallbacks],
            "agreement": None if self.agreement is None else self.agreement.as_dict(),
        }
        return dict(plain(body))


def synergy(
    definition: Definition,
    settings: Settings | None = None,
    charges: str | None = None,
    social: Sequence[str] | None = None,
    *,
    budget: Budget | None = None,
) -> Synergy:
    """Ask whether private, social and public governance are synergistic, as plain equilibrium and as negotiated agreement.

    As an equilibrium: together they make the target hold, and none does alone. In full, besides: the target is a strict equilibrium; what
    all earn together, after the cost of the levers, and the social outcomes are better than at the profile to which any single mode leads;
    no stakeholder earns less than today; and charges, where there are some, are in the core.

    Parameters
    ----------
    definition : Definition
    settings, charges, budget
        As in :func:`~negotiation.governance.levers.table.lever_table`.
    social : sequence of str, optional
        Outcomes that count as social; all outcomes of the game if not given.

    Returns
    -------
    Synergy

    Raises
    ------
    NotApplicableError
        When the game names no target.
    UnknownNameError
        For an outcome that does not exist.

    References
    ----------
    G. Gereffi and J. Lee (2016), "Economic and social upgrading in global value chains and industrial clusters"; F. W. Mayer (2014).
    """
    settings = settings or NO_SETTINGS
    chosen = tuple(definition.outcomes) if social is None else tuple(social)
    for name in chosen:
        known("outcome", name, definition.outcomes)
    bundles, unplaced = drivers_by(definition, tuple(MODES), {name: lever.actor for name, lever in definition.levers.items()})
    table = bundled(definition, MODES, bundles, settings, charges, budget=budget)
    fixed = tuple(name for name in settings.levers if name not in table.table.levers)
    everything = Settings(settings.set, settings.scenario, (*fixed, *table.table.levers))
    paid = agreed = None
    if table.all not in table.table.excluded:
        situation = build_situation(definition, everything, charges)
        paid, agreed = situation.paid, agreement(situation) if situation.status_quo is not None else None
    return Synergy(table, _coordinates(table, chosen), _fallbacks(table, settings), paid, agreed, unplaced)


def _coordinates(table: BundleTable, social: Sequence[str]) -> tuple[Coordinate, ...]:
    definition = table.table.definition
    earned = table.table.cases.earned(np.arange(len(table.on)), table.table.kept.counts).sum(axis=0) - table.table.price
    found = [_coordinate(table, ("welfare", "Earned by all together, after the cost of the levers"), earned, 1.0, economic=True)]
    for name in social:
        outcome = definition.outcomes[name]
        sign = 1.0 if outcome.better == "higher" else -1.0
        found.append(_coordinate(table, (name, outcome.label or name), table.outcomes[name], sign, economic=False))
    return tuple(found)


def _coordinate(table: BundleTable, names: tuple[str, str], values: Array, sign: float, *, economic: bool) -> Coordinate:
    together, single = float(values[table.all]), {name: float(values[table.row([name])]) for name in table.bundles}
    close = TOLERANCE * max(abs(together), *(abs(value) for value in single.values()))
    ahead = [sign * (together - value) for value in single.values()]
    return Coordinate(*names, economic, together, single, min(ahead) > close, min(ahead) < -close)


def _fallbacks(table: BundleTable, settings: Settings) -> tuple[Fallback, ...]:
    """Compare what each stakeholder earns where all three modes lead with the status quo before any of them."""
    definition = table.table.definition
    if definition.status_quo is None:
        return ()
    fixed = Settings(settings.set, settings.scenario, tuple(name for name in settings.levers if name not in table.table.levers))
    cases: Cases = cases_of(definition, fixed, (), np.zeros((1, 0), dtype=np.bool_), table.table.charges)[0]
    today = cases.earned(np.zeros(1, dtype=np.intp), cases.written(definition.status_quo))[:, 0]
    last = np.array([table.all])
    together = table.table.cases.earned(last, table.table.kept.counts[:, last])[:, 0]
    paid = payers_of(definition, table.table.levers)
    return tuple(Fallback(name, float(today[i]), float(together[i]), paid.get(name, 0.0)) for i, name in enumerate(definition.stakeholders))
