"""Winners and losers: what the target brings to each stakeholder, each group and each outcome, against today, without adding it all up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..numerics import TOLERANCE, plain, shown
from ..strategic.game import Points
from .situation import Situation

Change = tuple[float, float]


@dataclass(frozen=True)
class StakeholderChange:
    """What the members of one stakeholder earn today and at the target, in the game's money unit.

    Parameters
    ----------
    stakeholder, label : str
    members : int
    before, after : float
        Mean over its members.
    each : tuple of float
        The least and the largest change that a member can meet, where members stand at different actions.
    """

    stakeholder: str
    label: str
    members: int
    before: float
    after: float
    each: Change

    @property
    def total(self) -> float:
        """Change for all its members together."""
        return self.members * (self.after - self.before)


@dataclass(frozen=True)
class OutcomeChange:
    """A named outcome today and at the target.

    Parameters
    ----------
    outcome, label, unit, aspect, group : str
    before, after : float
    better : bool or None
        Whether it improves; None where it does not change.
    """

    outcome: str
    label: str
    unit: str
    aspect: str
    group: str
    before: float
    after: float
    better: bool | None


@dataclass(frozen=True)
class Winners:
    """Who and what wins and loses by going from today to the target.

    Parameters
    ----------
    stakeholders : tuple of StakeholderChange
        Largest gain of all members together first.
    outcomes : tuple of OutcomeChange
    """

    situation: Situation
    stakeholders: tuple[StakeholderChange, ...]
    outcomes: tuple[OutcomeChange, ...]

    @property
    def trade_offs(self) -> tuple[str, ...]:
        """Each way in which something improves at the cost of something else, in words."""
        better = [_named(one) for one in self.outcomes if one.better]
        worse = [_named(one) for one in self.outcomes if one.better is False]
        losers = [row.label for row in self.stakeholders if row.after < row.before]
        found = []
        if better and worse:
            found.append(f"{_listed(better)} {'improve' if len(better) > 1 else 'improves'}, but {_listed(worse)} {'get' if len(worse) > 1 else 'gets'} worse.")
        if better and losers:
            found.append(f"{_listed(better)} {'improve' if len(better) > 1 else 'improves'} at the expense of {_listed(losers)}.")
        return tuple(found)

    @property
    def sentence(self) -> str:
        """Who wins and who loses, in plain words."""
        money = self.situation.game.money
        won = [f"{row.label} ({shown(row.total)})" for row in self.stakeholders if row.total > 0]
        lost = [f"{row.label} ({shown(-row.total)})" for row in reversed(self.stakeholders) if row.total < 0]
        if not won and not lost:
            first = "Nobody's income changes from today to the target."
        elif not lost:
            first = f"Everybody whose income changes wins by the target, in {money}, all members together: {_listed(won)}."
        elif not won:
            first = f"Everybody whose income changes loses by the target, in {money}, all members together: {_listed(lost)}."
        else:
            first = f"By the target, in {money}, all members together, win {_listed(won)}; lose {_listed(lost)}."
        return " ".join([first, *self.trade_offs])

    def as_dict(self) -> dict[str, Any]:
        """Return the changes for JSON."""
        rows = [
            {"stakeholder": row.label, "members": row.members, "today": row.before, "target": row.after}
            | {"least_change": row.each[0], "largest_change": row.each[1], "all_together": row.total}
            for row in self.stakeholders
        ]
        outcomes = [
            {"outcome": one.label, "aspect": one.aspect, "group": one.group, "today": one.before, "target": one.after, "unit": one.unit, "better": one.better}
            for one in self.outcomes
        ]
        return dict(plain({"sentence": self.sentence, "stakeholders": rows, "outcomes": outcomes, "trade_offs": list(self.trade_offs)}))


def winners(situation: Situation) -> Winners | None:
    """Compare the target with the status quo, stakeholder by stakeholder and outcome by outcome.

    Nothing is added up over stakeholders or outcomes: who gains does not make up for who loses unless people agree that it does.

    Parameters
    ----------
    situation : Situation

    Returns
    -------
    Winners or None
        None where the game names no status quo.

    Raises
    ------
    NotApplicableError
        When the game names no target.
    """
    start, target = situation.status_quo, situation.target
    if start is None:
        return None
    game = situation.game
    rows = []
    for i, name in enumerate(game.names):
        before, after = _earned(situation, i, start), _earned(situation, i, target)
        ends = (min(row[0] for row in after) - max(row[0] for row in before), max(row[0] for row in after) - min(row[0] for row in before))
        means = [sum(amount * count for amount, count in rows_) / game.members[i] for rows_ in (before, after)]
        close = max(game.tolerances[i], TOLERANCE * max(abs(mean) for mean in means))
        after_mean = means[0] if abs(means[1] - means[0]) <= close else means[1]
        rows.append(StakeholderChange(name, game.label(i), game.members[i], means[0], after_mean, ends))
    rows.sort(key=lambda row: -row.total)
    return Winners(situation, tuple(rows), tuple(_outcome(situation, name, (start, target)) for name in situation.definition.outcomes))


def _earned(situation: Situation, i: int, point: Points) -> list[tuple[float, float]]:
    """Return what a member earns, and how many do, for each action that is taken."""
    game = situation.game
    taken = [(a, float(game.taken(i, a, point)[0])) for a in range(len(game.actions[i]))]
    return [(float(game.payoff(i, a, point)[0]), count) for a, count in taken if count]


def _outcome(situation: Situation, name: str, points: tuple[Points, Points]) -> OutcomeChange:
    written = situation.definition.outcomes[name]
    before, after = (float(situation.observe(written.formula, point)[0]) for point in points)
    same = abs(after - before) <= TOLERANCE * max(abs(before), abs(after))
    better = None if same else (after > before) == (written.better == "higher")
    return OutcomeChange(name, written.label or name.replace("_", " "), written.unit, written.aspect or "", written.group, before, after, better)


def _named(one: OutcomeChange) -> str:
    return f"“{one.label}”{f' ({one.group})' if one.group else ''}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
