"""What a valid game lacks: sources, ranges, units, words, the parts that questions need; and what it mentions without using it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..definition import Definition, Expectation, Lever, Parameter
from ..errors import Problem
from ..formula import parse
from ..validation.fields import currencies

PARTS = {
    "summary": "two to four sentences that a firm owner understands",
    "sources": "the studies that the situation and its numbers come from",
    "target": "the cooperative outcome to be judged: 'target: {profile: ...}'",
    "status_quo": "where people stand today; without it nothing can be said about getting going",
    "levers": "what people could put in place",
    "scenarios": "other places or times: the same payoffs, other numbers",
    "outcomes": "what people care about besides money",
    "expected": "answers known beforehand, so that a slip in a formula is noticed",
}
"""Parts of a game that may be missing, and what they are for."""
PERIOD = re.compile(r"\bper (year|month|season|quarter|week|day|hour)\b")
NEEDS_SOURCE = ("found", "derived", "seed", "remembered")


def missing(definition: Definition) -> Iterator[Problem]:
    """Yield what is not there but would be of use, each with its place and what to write."""
    for name, use in PARTS.items():
        if not getattr(definition, name):
            yield Problem((name,), "there is none", f"add {use}")
    for name, parameter in definition.parameters.items():
        yield from (Problem(("parameters", name), message, remedy) for message, remedy in _parameter(parameter))
    for name, lever in definition.levers.items():
        yield from (Problem(("levers", name), message, remedy) for message, remedy in _lever(lever))
    for name, scenario in definition.scenarios.items():
        if not (scenario.source or scenario.about):
            yield Problem(("scenarios", name), "says neither what it is nor where it comes from", "add 'about', and 'source' where it follows a case")
    for k, expected in enumerate(definition.expected):
        if expected.kind != "anchor" and not expected.source:
            yield Problem(("expected", k), f"is {'a prediction' if expected.kind == 'prediction' else 'published'} without a source", "add 'source'")


def _parameter(parameter: Parameter) -> Iterator[tuple[str, str]]:
    if parameter.low is None or parameter.high is None:
        yield "has no range, so no slider moves it and no draw varies it", "add 'low' and 'high', as wide as is honest"
    elif parameter.low == parameter.high:
        yield "has a range without width", "widen 'low' and 'high', or write the number into the formula"
    if parameter.confidence in NEEDS_SOURCE and not parameter.source:
        yield f"is '{parameter.confidence}' but names no source", "add 'source', or say 'confidence: assumed'"
    if not parameter.unit:
        yield "has no unit", "add 'unit', e.g. 'USD per year', 'share' or 'firms'"
    if not parameter.label:
        yield "has no label", "add 'label': what the number means, in plain words"


def _lever(lever: Lever) -> Iterator[tuple[str, str]]:
    lacking = [field for field in ("label", "about", "scope", "actor", "path", "level") if not getattr(lever, field)]
    if lacking:
        said = ", ".join(f"'{field}'" for field in lacking)
        yield f"does not say {said}", f"add {'it' if len(lacking) == 1 else 'them'}, so that it stands on the boards of cells, paths and levels"


def mixed_money(definition: Definition) -> Iterator[Problem]:
    """Yield where another currency or another period stands than that of the payoffs."""
    own, period = currencies(definition.money), PERIOD.search(definition.money)
    for name, parameter in definition.parameters.items():
        other = PERIOD.search(parameter.unit)
        if own and own == currencies(parameter.unit) and period and other and other.group() != period.group():
            yield Problem(
                ("parameters", name, "unit"), f"is '{parameter.unit}' while payoffs are '{definition.money}'", f"convert it, or multiply it to {period.group()}"
            )
    labels = [(("parameters", name, "label"), entry.label) for name, entry in definition.parameters.items()]
    labels += [(("levers", name, "about"), entry.about) for name, entry in definition.levers.items()]
    labels += [(("outcomes", name, "label"), entry.label) for name, entry in definition.outcomes.items()]
    for place, text in labels:
        foreign = currencies(text) - own
        if own and foreign and not own & currencies(text):
            yield Problem(
                place, f"speaks of {', '.join(sorted(foreign))} while payoffs are in {definition.money}", "convert the amount, and name the rate in 'source'"
            )


def unused(definition: Definition) -> Iterator[Problem]:
    """Yield parameters and definitions that nothing reads."""
    game = names_read(definition, _formulas(definition))
    told = names_read(definition, [text for entry in definition.expected for text in _claims(entry)])
    for name in definition.parameters:
        if name not in game:
            yield Problem(("parameters", name), "no payoff, outcome, target or cost reads it", "use it in a formula, or remove it")
    for name in definition.definitions:
        if name not in game | told:
            yield Problem(("definitions", name), "no formula reads it", "use it, or remove it")


def cost_parameters(definition: Definition) -> frozenset[str]:
    """Return the parameters that the cost game reads or feeds."""
    cost = definition.cost_game
    if cost is None:
        return frozenset()
    fed = {entry.feeds for entry in cost.classes.values() if entry.feeds is not None}
    return frozenset(names_read(definition, _cost_formulas(definition)) | fed)


def _claims(entry: Expectation) -> list[str]:
    fields = ("every_equilibrium", "some_equilibrium", "no_equilibrium", "holds", "iff", "observe", "after_moves")
    return [text for field in fields if (text := getattr(entry, field)) is not None] + list(entry.tips_at.values())


def _formulas(definition: Definition) -> list[str]:
    texts = [text for row in definition.payoffs.values() for text in row.values()] + [entry.formula for entry in definition.outcomes.values()]
    if definition.target is not None and definition.target.condition is not None:
        texts.append(definition.target.condition)
    return texts + _cost_formulas(definition)


def _cost_formulas(definition: Definition) -> list[str]:
    cost = definition.cost_game
    if cost is None:
        return []
    texts = [cost.cost, cost.capital]
    texts += [text for entry in cost.classes.values() for text in (entry.use, entry.ability, entry.months, entry.fee, entry.floor) if text is not None]
    return texts + [text for source in cost.sources.values() for text in (source.least, source.most) if text is not None]


def names_read(definition: Definition, texts: Iterable[str]) -> set[str]:
    """Return all names that formulas read, directly or through definitions."""
    found: set[str] = set()
    waiting = {name for text in texts for name in parse(text).names}
    while waiting:
        found |= waiting
        waiting = {name for one in waiting & definition.formulas.keys() for name in definition.formulas[one].names} - found
    return found
