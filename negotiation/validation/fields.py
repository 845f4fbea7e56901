"""Names, units and ranges of single fields."""

from __future__ import annotations

import re

from ..document import Place
from ..formula import RESERVED
from .outline import Outline, number, shown_range

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}\Z")
_CURRENCY = re.compile(
    r"\b(?:USD|EUR|GBP|CHF|JPY|CNY|INR|PKR|BDT|LKR|NPR|KHR|VND|IDR|THB|PHP|MYR|TRY|IRR|EGP|MAD|TND|KES|UGX|TZS|ETB|ZAR|NGN|GHS|BRL|MXN|ARS|CLP|COP|PEN|GTQ|HNL|DOP)\b"
)
_SHARES = {"share", "probability", "share (0-1)", "0-1", "shares", "probability per year", "probability per period"}
_UNIT = re.compile(r"[A-Za-z0-9 ()/.,*^+\-³²·°'&]{1,200}\Z")
_NAMED_SECTIONS = ("parameters", "stakeholders", "definitions", "outcomes", "levers", "scenarios")


def is_name(word: str) -> bool:
    """Return whether a word can name something in a formula.

    Examples
    --------
    >>> is_name("small_firms"), is_name("2nd tier"), is_name("count")
    (True, False, False)
    """
    return bool(_NAME.match(word)) and word not in RESERVED


def names(outline: Outline) -> None:
    """Check that every name can stand in a formula."""
    places: list[Place] = [(section, name) for section in _NAMED_SECTIONS for name in outline.section(section)]
    places += [("stakeholders", name, "actions", action) for name, actions in outline.actions.items() for action in actions]
    places += [("cost_game", "classes", name) for name in outline.section("cost_game", "classes")]
    for place in places:
        name = str(place[-1])
        if not _NAME.match(name):
            outline.report(place, f"'{name[:60]}' cannot be a name", "use up to 40 letters, digits and underscores, starting with a letter")
        elif name in RESERVED:
            outline.report(place, f"'{name}' is a word of the formula language", "choose another name")
    for name in outline.parameters.keys() & outline.definitions.keys():
        outline.report(("definitions", name), f"'{name}' is also a parameter", "rename one of them")


def currencies(text: str) -> set[str]:
    """Return the currencies that a text names.

    Examples
    --------
    >>> sorted(currencies("PKR per USD")), currencies("m3 per day")
    (['PKR', 'USD'], set())
    """
    return set(_CURRENCY.findall(text))


def units(outline: Outline) -> None:
    """Check that units can be read and that money is in the game's own currency."""
    money = outline.data.get("money")
    own = currencies(money) if isinstance(money, str) else set()
    if isinstance(money, str) and money.strip() and not re.search(r"[^\W\d_]", money):
        outline.report(("money",), f"got '{money}', expected a currency and a period", "write e.g. 'USD per year'")
    for section in ("parameters", "outcomes"):
        for name, entry in outline.section(section).items():
            unit = entry.get("unit") if isinstance(entry, dict) else None
            if isinstance(unit, str):
                _unit(outline, (section, name, "unit"), unit, own)


def _unit(outline: Outline, place: Place, unit: str, own: set[str]) -> None:
    if "%" in unit or unit.strip() in ("percent", "per cent"):
        outline.report(place, f"got '{unit}': percentages are easily mixed up with shares", "use the unit 'share' and a value between 0 and 1")
    elif unit and not _UNIT.match(unit):
        outline.report(place, f"got '{unit[:60]}', expected a unit such as 'USD per year' or 'm3 per day'", "use plain letters")
    foreign = currencies(unit) - own
    if foreign and own and not own & currencies(unit):
        outline.report(
            place,
            f"the unit '{unit}' is in {', '.join(sorted(foreign))}, but payoffs are in {', '.join(sorted(own))}",
            "convert the value, or add an exchange rate as a parameter",
        )


def ranges(outline: Outline) -> None:
    """Check that values lie in their ranges, and shares and probabilities between 0 and 1."""
    for name, entry in outline.parameters.items():
        fields = entry if isinstance(entry, dict) else {"value": entry}
        value, low, high = (number(fields.get(key)) for key in ("value", "low", "high"))
        place = ("parameters", name)
        if low is not None and high is not None and low > high:
            outline.report((*place, "low"), f"low {low:g} is above high {high:g}", "exchange them")
        elif value is not None and ((low is not None and value < low) or (high is not None and value > high)):
            outline.report((*place, "value"), f"value {value:g} is outside its range {shown_range(low, high)}", "widen the range or change the value")
        unit = str(fields.get("unit") or "").strip()
        if unit.lower() in _SHARES:
            for key, given in (("value", value), ("low", low), ("high", high)):
                if given is not None and not 0 <= given <= 1:
                    outline.report((*place, key), f"got {given:g} for a {unit}, expected a number between 0 and 1", "write e.g. 0.25 for 25 %")
