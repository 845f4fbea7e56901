"""Which levers help each other, which displace each other, and what each of them brings to the cooperation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...errors import NotApplicableError
from ...numerics import Array, plain
from .indices import banzhaf_interaction, banzhaf_values, estimated_banzhaf, second_difference, shapley_interaction, shapley_values
from .table import LeverTable
from .wording import lever_words

Label = Literal["complementary", "displacing", "independent", "unclear"]
Value = Literal["kept", "reached"]
WORDS: dict[Value, str] = {"kept": "the cooperation that lasts once the target is reached", "reached": "the cooperation that gets going from today"}
NOTHING = 1e-9
"""Differences of shares that count as round-off."""
ERRORS = 3.0
"""Standard errors within which a sampled index is not told apart from zero."""


@dataclass(frozen=True)
class Pair:
    """Two levers.

    Parameters
    ----------
    first, second : str
    label : str
        "complementary": together they bring more than each by itself; "displacing": one does what the other did; "independent": neither
        changes what the other brings, on average over all sets of the other levers; "unclear": the sample does not tell.
    index : float
        Shapley interaction index of the cooperation, a share of all members; of a sample the Banzhaf interaction index.
    banzhaf : float
    least, most : float
        Range of the second difference over all sets of the other levers; NaN for a sample.
    on_holding : float
        Shapley interaction index (of a sample: Banzhaf) of whether the target holds, 1 or 0.
    error : float
        Standard error of `index`; 0 where every set was examined.
    """

    first: str
    second: str
    label: Label
    index: float
    banzhaf: float
    least: float
    most: float
    on_holding: float
    error: float = 0.0

    @property
    def same_everywhere(self) -> bool:
        """Whether the sign is the same beside every set of the other levers."""
        return not (self.least < -NOTHING and self.most > NOTHING)

    def as_dict(self) -> dict[str, Any]:
        """Return the pair as a flat row."""
        return {name: getattr(self, name) for name in ("first", "second", "label", "index", "banzhaf", "least", "most", "on_holding", "error")} | {
            "same_everywhere": self.same_everywhere
        }


@dataclass(frozen=True)
class Share:
    """What a lever brings.

    Parameters
    ----------
    lever : str
    effect : str
        "driver" or "barrier", as the file says.
    shapley : float
        Its share of what all levers together bring to the cooperation; negative where it harms; NaN for a sample.
    banzhaf : float
        What it adds on average over all sets of the others.
    alone : float
        What it adds to no lever.
    last : float
        What is lost when it is left out of all levers.
    on_holding : float
        Banzhaf value of whether the target holds: the share of sets of the others in which it makes the difference.
    error : float
        Standard error of `banzhaf`; 0 where every set was examined.
    """

    lever: str
    effect: str
    shapley: float
    banzhaf: float
    alone: float
    last: float
    on_holding: float
    error: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the share as a flat row."""
        return dict(vars(self))


@dataclass(frozen=True, eq=False)
class Interactions:
    """Shares of levers and interaction of pairs in the cooperation of a lever table.

    Parameters
    ----------
    table : LeverTable
    value : str
        "kept" or "reached": which cooperation.
    shares : tuple of Share
    pairs : tuple of Pair
        Largest index, of either sign, first.
    """

    table: LeverTable
    value: Value
    shares: tuple[Share, ...]
    pairs: tuple[Pair, ...]

    def pair(self, first: str, second: str) -> Pair:
        """Return the pair of two levers, in either order."""
        return next(one for one in self.pairs if {one.first, one.second} == {first, second})

    @property
    def sentence(self) -> str:
        """The strongest ties in plain words."""
        definition = self.table.definition
        count = {label: sum(one.label == label for one in self.pairs) for label in ("complementary", "displacing", "independent", "unclear")}
        parts = [f"Of {len(self.pairs):,} pairs of levers " + ", ".join(f"{number:,} are {label}" for label, number in count.items() if number) + "."]
        for label, words in (("complementary", "Most complementary"), ("displacing", "Most displacing")):
            found = next((one for one in self.pairs if one.label == label), None)
            if found is not None:
                tied = sum(one.label == label and abs(one.index - found.index) <= NOTHING for one in self.pairs) - 1
                others = f"; {tied:,} other {'pairs' if tied > 1 else 'pair'} as much" if tied else ""
                parts.append(f"{words}: {lever_words(definition, (found.first, found.second))} ({100 * found.index:+.3g} % of members{others}).")
        most = max((_brings(one) for one in self.shares), default=0.0)
        best = [one.lever for one in self.shares if _brings(one) >= most - NOTHING and one.banzhaf > NOTHING]
        if best:
            parts.append(
                f"{lever_words(definition, best)} {'bring most, and as much as each other,' if len(best) > 1 else 'brings most'} to {WORDS[self.value]}."
            )
        return " ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return shares and pairs for JSON."""
        body = {
            "sentence": self.sentence,
            "how": self.table.how,
            "exact": self.table.exact,
            "of": WORDS[self.value],
            "levers": [one.as_dict() for one in self.shares],
            "pairs": [one.as_dict() for one in self.pairs],
        }
        return dict(plain(body))


def interactions(table: LeverTable, value: Value = "kept") -> Interactions:
    """Return what each lever brings and how each pair of levers interacts.

    Exact where the table has every set; of a sample the Banzhaf indices are estimated, with standard errors.

    Parameters
    ----------
    table : LeverTable
    value : {"kept", "reached"}
        The cooperation that lasts from the target on, or that gets going from the status quo.

    Returns
    -------
    Interactions

    Raises
    ------
    NotApplicableError
        When the cooperation of some set is not known, or there is no status quo.

    References
    ----------
    M. Grabisch and M. Roubens (1999), "An axiomatic approach to the concept of interaction among players in cooperative games".
    """
    walks = table.kept if value == "kept" else table.reached
    if walks is None:
        raise NotApplicableError(f"'{table.definition.name}' names no status quo", "add 'status_quo: ...', or ask about what lasts")
    if np.isnan(walks.cooperation).any():
        reason = table.excluded[int(np.flatnonzero(np.isnan(walks.cooperation))[0])]
        raise NotApplicableError(f"some sets of levers cannot be judged: {reason}", "choose another way of charging, or fewer levers")
    found = _exact(table, walks.cooperation) if table.exact else _sampled(table, walks.cooperation)
    return Interactions(table, value, found[0], tuple(sorted(found[1], key=lambda one: -abs(one.index))))


def _exact(table: LeverTable, cooperation: Array) -> tuple[tuple[Share, ...], list[Pair]]:
    order = np.argsort(table.sets @ (1 << np.arange(len(table.levers), dtype=np.int64)))
    values, holds = cooperation[order], table.holds[order].astype(float)
    shapley, banzhaf, swings = shapley_values(values), banzhaf_values(values), banzhaf_values(holds)
    pairs, plain_pairs, holding = shapley_interaction(values), banzhaf_interaction(values), shapley_interaction(holds)
    shares = tuple(_share(table, j, values, float(shapley[j]), float(banzhaf[j]), on_holding=float(swings[j])) for j in range(len(table.levers)))
    ties = []
    for i, first in enumerate(table.levers):
        for j in range(i + 1, len(table.levers)):
            differences = second_difference(values, i, j)
            label = _label(float(pairs[i, j]), NOTHING)
            numbers = (float(pairs[i, j]), float(plain_pairs[i, j]), float(differences.min()), float(differences.max()), float(holding[i, j]))
            ties.append(Pair(first, table.levers[j], label, *numbers))
    return shares, ties


def _share(table: LeverTable, j: int, values: Array, shapley: float, banzhaf: float, *, on_holding: float) -> Share:
    name, last = table.levers[j], len(values) - 1
    alone, left = float(values[1 << j] - values[0]), float(values[last] - values[last - (1 << j)])
    return Share(name, table.definition.levers[name].effect, shapley, banzhaf, alone, left, on_holding)


def _sampled(table: LeverTable, cooperation: Array) -> tuple[tuple[Share, ...], list[Pair]]:
    drawn = np.ones(len(table.sets), dtype=np.bool_) if table.drawn is None else table.drawn
    ones, errors, pairs, ties_errors = estimated_banzhaf(table.sets[drawn], cooperation[drawn])
    swings, _, holding, _ = estimated_banzhaf(table.sets[drawn], table.holds[drawn].astype(float))
    none, all_ = cooperation[table.row(())], cooperation[table.row(table.levers)]
    shares, ties = [], []
    for j, name in enumerate(table.levers):
        alone = float(cooperation[table.row((name,))] - none)
        last = float(all_ - cooperation[table.row([other for other in table.levers if other != name])])
        effect = table.definition.levers[name].effect
        shares.append(Share(name, effect, float("nan"), float(ones[j]), alone, last, float(swings[j]), float(errors[j])))
        for i in range(j):
            index, error = float(pairs[i, j]), float(ties_errors[i, j])
            label = _label(index, max(NOTHING, ERRORS * error))
            label = "unclear" if label == "independent" and error > NOTHING else label
            ties.append(Pair(table.levers[i], name, label, index, index, float("nan"), float("nan"), float(holding[i, j]), error))
    return tuple(shares), ties


def _label(index: float, nothing: float) -> Label:
    return "complementary" if index > nothing else "displacing" if index < -nothing else "independent"


def _brings(one: Share) -> float:
    """Return a lever's share of what all bring, or what it adds on average where sets were drawn."""
    return one.banzhaf if np.isnan(one.shapley) else one.shapley
