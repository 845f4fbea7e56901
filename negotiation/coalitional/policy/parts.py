"""The parts of a policy allocation's programme: a requirement, a number to be made small, the best point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...numerics import Array

Kind = Literal["balance", "surplus", "cap", "floor", "most", "least", "capital", "group", "settled"]


@dataclass(frozen=True, eq=False)
class Requirement:
    """One thing that an allocation has to keep to: ``row @ x <= most``.

    Parameters
    ----------
    kind : str
        "balance" (the cost is covered), "surplus" (nothing beyond it is collected), "cap" and "floor" of a class, "most" and "least"
        of a source, "capital", "group" (a coalition pays no more than alone).
    about : str
        The class, source or coalition.
    row : ndarray, shape (classes + sources,)
        Over the charge per member of each class (what it gets, with the sign turned, where savings are shared) and what each source pays.
    most : float
        In money.
    says : str
        The requirement as people say it.
    """

    kind: Kind
    about: str
    row: Array
    most: float
    says: str = ""

    @property
    def name(self) -> str:
        """A name for files: ``cap:small_firms``."""
        return f"{self.kind}:{self.about}" if self.about else self.kind


@dataclass(frozen=True, eq=False)
class Measure:
    """A number that is to be small: the largest of some linear expressions, ``max(rows @ x + constants)``."""

    rows: Array
    constants: Array

    def at(self, x: Array) -> float:
        """Return its value."""
        return float(np.max(self.rows @ x + self.constants))


@dataclass(frozen=True, eq=False)
class Reached:
    """The best of what the requirements leave.

    Parameters
    ----------
    value : float
        Of the objective, in shares of the cost.
    x : ndarray
        In money.
    t : float
        The extra variable.
    weights : tuple of float
        How much each measure weighs in `t`; they add up to 1.
    priced : frozenset of str
        Coalitions that carry a price.
    """

    value: float
    x: Array
    t: float
    weights: tuple[float, ...]
    priced: frozenset[str]
