"""References from one part of the file to another: profiles, moves, levers, scenarios, classes, expectations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..document import Place
from ..errors import listed, nearest
from .outline import Outline, group, number, shown_range


def profiles(outline: Outline) -> None:
    """Check the profiles of the target and the status quo."""
    for place in (("target", "profile"), ("status_quo",)):
        profile = outline.section(*place)
        _profile(outline, place, profile)


def _profile(outline: Outline, place: Place, profile: Mapping[str, Any]) -> None:
    for name, entry in profile.items():
        here = (*place, name)
        if name not in outline.actions:
            outline.report(here, f"unknown stakeholder '{name}'", nearest(name, outline.actions))
        elif isinstance(entry, str):
            if entry not in outline.actions[name]:
                outline.report(here, f"'{name}' has no action '{entry}'", nearest(entry, outline.actions[name]))
        elif isinstance(entry, dict):
            _counts(outline, here, name, entry)
        else:
            outline.report(
                here, "expected an action that all take, or a count for each action", f"write e.g. '{name}: {next(iter(outline.actions[name]), 'action')}'"
            )


def _counts(outline: Outline, place: Place, name: str, entry: Mapping[str, Any]) -> None:
    for action, count in entry.items():
        if action not in outline.actions[name]:
            outline.report((*place, action), f"'{name}' has no action '{action}'", nearest(str(action), outline.actions[name]))
        elif not isinstance(count, int) or isinstance(count, bool) or count < 0:
            outline.report((*place, action), f"got {count!r}, expected a whole number of members", "count members, not shares")
    counts = [count for count in entry.values() if isinstance(count, int)]
    total, members = sum(counts), outline.members.get(name)
    if members is not None and len(counts) == len(entry) and total != members:
        outline.report(
            place,
            f"the counts add up to {total}, but '{name}' has {members} member{'s' if members != 1 else ''}: nobody can reach this profile",
            f"make them add up to {members}",
        )


def moves(outline: Outline) -> None:
    """Check that every stakeholder moves once."""
    groups = outline.data.get("moves")
    if not isinstance(groups, list):
        return
    seen: set[str] = set()
    for k, together in enumerate(groups):
        for j, name in enumerate(together if isinstance(together, list) else []):
            if not isinstance(name, str):
                continue
            if name not in outline.actions:
                outline.report(("moves", k, j), f"unknown stakeholder '{name}'", nearest(name, outline.actions))
            elif name in seen:
                outline.report(("moves", k, j), f"'{name}' moves twice", "name each stakeholder once")
            seen.add(name)
    missing = [name for name in outline.actions if name not in seen]
    if groups and missing:
        outline.report(("moves",), f"{listed(missing)} never move{'s' if len(missing) == 1 else ''}", "add them to a group; the last group moves last")


def levers_and_scenarios(outline: Outline) -> None:
    """Check that levers and scenarios change parameters that exist, within their ranges."""
    for section in ("levers", "scenarios"):
        for name, entry in outline.section(section).items():
            for key in ("set", "shift"):
                for parameter, value in group(group(entry).get(key)).items():
                    _setting(outline, (section, name, key, parameter), parameter, value, shift=key == "shift")
            if section == "levers":
                _lever(outline, ("levers", name), group(entry))


def _lever(outline: Outline, place: Place, entry: Mapping[str, Any]) -> None:
    _profile(outline, (*place, "commit"), group(entry.get("commit")))
    payer = entry.get("payer")
    if isinstance(payer, str) and payer not in outline.actions:
        outline.report((*place, "payer"), f"unknown stakeholder '{payer}'", nearest(payer, outline.actions))
    if not any(entry.get(key) for key in ("set", "shift", "commit")):
        outline.report(place, "the lever changes nothing", "add 'set', 'shift' or 'commit'")


def _setting(outline: Outline, place: Place, parameter: str, value: Any, shift: bool) -> None:
    if parameter not in outline.parameters:
        outline.report(place, f"unknown parameter '{parameter}'", nearest(parameter, outline.parameters))
        return
    low, high, start = (number(group(outline.parameters[parameter]).get(key)) for key in ("low", "high", "value"))
    brought = number(value)
    if brought is not None and shift:
        brought += start or 0.0
    if brought is not None and ((low is not None and brought < low) or (high is not None and brought > high)):
        outline.report(place, f"brings '{parameter}' to {brought:g}, outside its range {shown_range(low, high)}", "widen the range or change the value")


def cost_game(outline: Outline) -> None:
    """Check that every class has a size and feeds a parameter that exists."""
    for name, entry in outline.section("cost_game", "classes").items():
        place = ("cost_game", "classes", name)
        if outline.classes[name] is None and not (isinstance(entry, dict) and "members" in entry) and name not in outline.members:
            outline.report(place, f"'{name}' is no stakeholder, so its size is unknown", "add 'members: ...'")
        feeds = entry.get("feeds") if isinstance(entry, dict) else None
        if isinstance(feeds, str) and feeds not in outline.parameters:
            outline.report((*place, "feeds"), f"unknown parameter '{feeds}'", nearest(feeds, outline.parameters))


def expectations(outline: Outline) -> None:
    """Check that expectations speak of things that exist."""
    for k, entry in enumerate(outline.entries("expected")):
        for key in ("given", "compared_with"):
            given = group(entry.get(key))
            for parameter in group(given.get("set")):
                _known(outline, ("expected", k, key, "set", parameter), [parameter], "parameter", outline.parameters)
            _known(outline, ("expected", k, key, "scenario"), [given.get("scenario")], "scenario", outline.section("scenarios"))
            _known(outline, ("expected", k, key, "levers"), given.get("levers"), "lever", outline.section("levers"))
        for key in ("vary", "along"):
            _known(outline, ("expected", k, key), list(group(entry.get(key))), "parameter", outline.parameters)
        for name, interval in group(entry.get("within")).items():
            _known(outline, ("expected", k, "within", name), [name], "parameter", outline.parameters)
            if name in outline.parameters and isinstance(interval, list) and len(interval) == 2:
                _within(outline, ("expected", k, "within", name), entry, (number(interval[0]), number(interval[1])))
        _profile(outline, ("expected", k, "is_equilibrium"), group(entry.get("is_equilibrium")))


def _known(outline: Outline, place: Place, names: Any, kind: str, there: Mapping[str, Any]) -> None:
    for name in names if isinstance(names, list) else []:
        if isinstance(name, str) and name not in there:
            outline.report(place, f"unknown {kind} '{name}'", nearest(name, there))


def _within(outline: Outline, place: Place, entry: Mapping[str, Any], interval: tuple[float | None, float | None]) -> None:
    """Check that an interval lies around the file's own number and within the parameter's range."""
    name, (low, high) = str(place[-1]), interval
    least, most, value = (number(group(outline.parameters[name]).get(key)) for key in ("low", "high", "value"))
    own = [key for key in ("vary", "along") if name in group(entry.get(key))]
    own += [f"{key}.set" for key in ("given", "compared_with") if name in group(group(entry.get(key)).get("set"))]
    if own:
        outline.report(place, f"'{name}' has its numbers from '{own[0]}' in this expectation", "leave it out here")
    elif least is None or most is None:
        outline.report(place, f"'{name}' has no range, so that nothing is said about where the claim holds", "give it 'low' and 'high', or leave it out here")
    elif low is None or high is None or value is None:
        return
    elif low > high:
        outline.report(place, f"low {low:g} is above high {high:g}", "exchange them")
    elif low < least or high > most:
        outline.report(place, f"{shown_range(low, high)} is outside the range of '{name}', {shown_range(least, most)}", "narrow it, or widen the range")
    elif not low <= value <= high:
        remedy = "a claim holds around the number in the file: widen it, or put the claim under a setting of its own ('given')"
        outline.report(place, f"{shown_range(low, high)} does not contain today's number of '{name}', {value:g}", remedy)
