"""Deterrence by the future: how patient a deviator must be for a punishment to outweigh what it gains now."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, inf, log
from typing import Any

from ...errors import NotApplicableError
from ...numerics import plain


def weight(discount: float, periods: int | None = None) -> float:
    r"""Return the present value of one unit in each of the next `periods` periods: :math:`\delta + \delta^2 + \dots + \delta^T`.

    Examples
    --------
    >>> weight(0.5), weight(0.5, 2)
    (1.0, 0.75)
    """
    if discount <= 0.0:
        return 0.0
    if discount >= 1.0:
        return inf if periods is None else float(periods)
    share = 1.0 if periods is None else -expm1(periods * log(discount))
    return discount * share / -expm1(log(discount))


def deterrent_discount(gain: float, loss: float, detection: float = 1.0, standing_loss: float = 0.0, periods: int | None = None) -> float | None:
    r"""Return the lowest discount factor at which a punishment deters a deviation.

    A deviation that brings `gain` now is detected with probability :math:`\mu` in the period in which it is made; the deviator then loses
    :math:`\varphi` at once and `loss` in each of the next `T` periods. It is deterred exactly when

    .. math:: gain \le \mu \left( \varphi + loss \, (\delta + \dots + \delta^T) \right),

    for a punishment without end when :math:`gain \le \mu (\varphi + loss \, \delta / (1 - \delta))`. A deviation that goes undetected leads back to the
    target; deviating again until detected has the same threshold.

    Parameters
    ----------
    gain, loss, standing_loss : float
        In one money unit; `loss` per period, 0 or more.
    detection : float
        Probability, 0 to 1.
    periods : int or None
        Length of the punishment; None for ever.

    Returns
    -------
    float or None
        0 when nothing tempts; None when no discount factor below 1 deters.

    Examples
    --------
    >>> deterrent_discount(gain=2, loss=2)
    0.5
    >>> deterrent_discount(gain=1, loss=1, periods=1) is None
    True

    References
    ----------
    J. W. Friedman (1971), "A non-cooperative equilibrium for supergames"; E. J. Green and R. H. Porter (1984), "Noncooperative collusion under
    imperfect price information" (punishment for some periods).
    """
    wanted = gain - detection * standing_loss
    if wanted <= 0:
        return 0.0
    bite = detection * loss
    if bite <= 0:
        return None
    if periods is None:
        critical = wanted / (wanted + bite)
        return critical if critical < 1.0 else None
    return _root(wanted / bite, periods)


def _root(wanted: float, periods: int) -> float | None:
    """Return the discount factor whose weight over `periods` is `wanted`: bisection down to neighbouring floats."""
    if wanted >= periods:
        return None
    low, high = 0.0, 1.0
    while (middle := 0.5 * (low + high)) not in (low, high):
        low, high = (middle, high) if weight(middle, periods) < wanted else (low, middle)
    return high if high < 1.0 else None


@dataclass(frozen=True)
class DuesAnswer:
    """When dues are paid.

    Parameters
    ----------
    critical : float or None
        Lowest discount factor at which paying is sustained; None when none below 1 is enough.
    paid : bool or None
        Whether it is sustained at the given discount factor; None when none was given.
    margin : float or None
        Expected loss of a defaulter less the dues, at that factor.
    sustainable_dues : float or None
        Highest dues that are paid at that factor.
    """

    critical: float | None
    paid: bool | None
    margin: float | None
    sustainable_dues: float | None

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        if self.critical is None:
            return "No member, however patient, has a reason to pay: a defaulter loses nothing that it can be sure to lose."
        if self.critical == 0:
            return "Dues are paid however little members care for the future: the loss of standing alone is enough."
        return f"Dues are paid when members value the next period at {self.critical:.3g} of this one or more."

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        return dict(plain(vars(self) | {"sentence": self.sentence}))


def dues_game(dues: float, surplus: float, detection: float, standing_loss: float = 0.0, discount: float | None = None) -> DuesAnswer:
    r"""Return when members of an association keep paying their dues.

    A defaulter saves the dues `d` now; it is detected with probability :math:`\mu`, then loses standing :math:`\varphi` at once and its membership, with
    the surplus `g` a period, for ever. Paying is sustained exactly when

    .. math:: d \le \mu \left( \varphi + g \frac{\delta}{1 - \delta} \right), \quad
        \delta^* = \frac{d - \mu \varphi}{d - \mu \varphi + \mu g} \text{ if } d > \mu \varphi, \text{ else } 0.

    Parameters
    ----------
    dues, surplus : float
        Per period, in one money unit; the surplus is what a paying member has left.
    detection : float
        Probability, 0 to 1.
    standing_loss : float
        In the same unit.
    discount : float, optional
        At which to say whether dues are paid, 0 up to (not including) 1.

    Returns
    -------
    DuesAnswer

    Raises
    ------
    NotApplicableError
        When a number is out of range.

    Examples
    --------
    >>> answer = dues_game(dues=10, surplus=5, detection=0.5, standing_loss=4, discount=0.8)
    >>> round(answer.critical, 4), answer.paid, round(answer.sustainable_dues, 4)
    (0.7619, True, 12.0)
    """
    if not 0 <= detection <= 1 or min(dues, surplus, standing_loss) < 0 or (discount is not None and not 0 <= discount < 1):
        message = "detection is a probability, dues, surplus and standing loss are not negative, a discount factor is below 1"
        raise NotApplicableError(message, "change these numbers; members whose surplus is negative leave in any case")
    critical = deterrent_discount(dues, surplus, detection, standing_loss)
    if discount is None:
        return DuesAnswer(critical, None, None, None)
    most = detection * (standing_loss + surplus * weight(discount))
    return DuesAnswer(critical, critical is not None and discount >= critical, most - dues, most)
