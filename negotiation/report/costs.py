"""Who pays what, for people: allocations, policies, who joins, the core."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from ..answers.costs import CoreAnswer
from ..coalitional.allocation import Allocation
from ..coalitional.core.least import Core
from ..coalitional.cost_game import CostGame
from ..coalitional.joining.keeping import Keeping
from ..coalitional.joining.result import Joining
from ..coalitional.methods import METHODS
from ..coalitional.policy.result import PolicyResult
from ..coalitional.words import group
from ..numerics import ROUND_OFF, plain, shown
from ..questions import Result
from .layout import LISTED, Report, Table, plain_report
from .objections import objection_text, objects

RULE_NAMES = {name: method.title for name, method in METHODS.items()} | {"paid": "What is paid now"}
MEMBERSHIP = {True: "yes", False: "no", None: "unknown"}


def allocations(game: CostGame, core: Core, found: dict[str, Allocation]) -> Report:
    """Return a comparison of allocations for people; rules that charge alike share a row."""
    inside = [RULE_NAMES[name] for name, allocation in found.items() if allocation.in_core and name != "core"]
    unit = game.unit or "units of money"
    total = f"{shown(game.total)} {unit}"
    cost = game.kind == "cost"
    if core.empty and cost:
        sentence = f"No way of sharing {total} satisfies every group: at best one is asked {shown(core.level)} {unit} more than it would pay alone."
    elif core.empty:
        sentence = f"No way of sharing out {total} satisfies every group: at best one gets {shown(core.level)} {unit} less than it would earn alone."
    elif inside:
        inside += [RULE_NAMES["core"]] if "core" in found else []
        sentence = f"{total} can be shared so that no group does better alone. Rules that achieve it: {', '.join(inside)}."
    else:
        sentence = f"{total} can be shared so that no group does better alone, but none of the simple rules achieves it."
    per = "" if game.between_players else "Charge per member of " if cost else "Share per member of "
    columns = ("Rule", *[f"{per}{game.label(k)}" for k in range(len(game.names))], "In the core", "Who objects most")
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, one in found.items():
        row = (*[shown(charge if abs(charge) > ROUND_OFF * abs(game.total) else 0.0) for charge in one.charges], MEMBERSHIP[one.in_core], objection_text(one))
        alike.setdefault(row, []).append(RULE_NAMES[name])
    rows = tuple((", ".join(titles), *row) for row, titles in alike.items())
    notes = tuple(dict.fromkeys(one.note for one in found.values() if one.note and one.evidence.get("estimate")))
    return Report(sentence, (Table(f"{'Charges' if cost else 'Shares'} ({unit})", columns, rows),), notes)


def allocation(one: Allocation, core: Core) -> Report:
    """Return one allocation for people: what each pays, against going alone and against what it can pay, and who objects."""
    game, cost = one.game, one.game.kind == "cost"
    title, unit = RULE_NAMES.get(one.rule, one.rule), game.unit or "units of money"
    said = "no group does better alone" if one.in_core else "nobody was found who does better alone" if one.in_core is None else "not accepted by all"
    missing = (
        "" if one.shortfall == 0 else f" {shown(abs(one.shortfall))} {unit} {'are not covered' if one.shortfall > 0 else 'are collected beyond the cost'}."
    )
    first = f" Most objects: {objection_text(one)} {unit}." if one.objection is not None else ""
    sentence = f"{title}: {said}.{first}{missing}"
    rows = [_payer(one, k) for k in range(len(game.names))]
    rows += [(name, "", "", shown(amount), _share(amount, game), "", "", "") for name, amount in one.contributions.items()]
    word = "Pays" if cost else "Gets"
    columns = (
        "",
        "Members",
        f"{word}, each",
        f"{word}, all together",
        "Of the total",
        "Alone, each",
        "Saves, each" if cost else "Gains, each",
        "Of what it can pay",
    )
    tables = [Table(f"{title} ({unit})", columns, tuple(rows))]
    if one.objections:
        lines = tuple((group(game, o.coalition), shown(o.pays), shown(o.alone), shown(o.gain)) for o in one.objections)
        tables.append(Table("Who objects", ("Group", f"{word} here", "Alone", "Would gain"), lines))
    empty = (core.sentence,) if core.empty else ()
    return Report(sentence, tuple(tables), tuple(filter(None, (METHODS[one.rule].about if one.rule in METHODS else "", one.note, *empty))))


def _payer(one: Allocation, k: int) -> tuple[str, ...]:
    game, charge, burden = one.game, one.charges[k], one.burdens[k]
    alone = float(game.alone[k])
    able = "" if burden is None else f"{shown(100 * burden, 3)} %"
    return (
        *(game.label(k), f"{game.members[k]:,}", shown(charge), shown(one.class_charges[k]), _share(one.class_charges[k], game)),
        *(shown(alone), shown((alone - charge) * game.sign), able),
    )


def _share(amount: float, game: CostGame) -> str:
    return f"{shown(100 * amount / game.total, 3)} %" if game.total else ""


@singledispatch
def cost_answer(result: Result, game: CostGame) -> Report:
    """Return what one question about a cost game came to, for people."""
    return plain_report(plain(result.as_dict()))


@cost_answer.register
def _(result: PolicyResult, game: CostGame) -> Report:
    tables = []
    if result.allocation is not None:
        rows = tuple(_paying(row) for row in result.payers())
        columns = ("", "Members", "Pays, each", "All together", "Of the cost", "Of what it can pay")
        tables.append(Table(f"Who pays what ({game.unit or 'units of money'})", columns, rows))
        if result.allocation.objections:
            tables.append(Table("Who objects", ("Group",), tuple((objects(game, o),) for o in result.allocation.objections)))
    if result.binding:
        tables.append(Table("What it hangs on", ("Requirement", ""), tuple((one.says, one.sentence) for one in result.binding[:LISTED])))
    if result.conflict is not None:
        rows = tuple((give.says, give.sentence) for give in result.conflict.gives)
        tables.append(Table("What cannot hold together, and what would have to give", ("Requirement", ""), rows))
    return Report(result.sentence, tuple(tables), (result.note,) if result.note else ())


def _paying(row: dict[str, Any]) -> tuple[str, ...]:
    members, each, burden = row["members"], row["each"], row["burden"]
    able = "" if burden is None else f"{shown(100 * burden, 3)} %"
    counted = ("" if members is None else f"{members:,}", "" if each is None else shown(each))
    return str(row["label"]), *counted, shown(row["total"]), f"{shown(100 * row['share'], 3)} %", able


@cost_answer.register
def _(result: Joining, game: CostGame) -> Report:
    rounds = []
    for k, one in enumerate(result.rounds[:LISTED], 1):
        inside = group(game, one.members) if any(one.members.values()) else "nobody"
        pay = "\n".join(f"{_title(game, name)}: {shown(charge)}" for name, charge in one.charges.items())
        moves = [f"{abs(move.members):,} {_title(game, move.name)} {'leave' if move.members > 0 else 'come back'}" for move in one.moves]
        rounds.append((str(k), inside, pay, "\n".join(moves) or "nobody moves"))
    table = Table(f"Round by round ({game.unit or 'units of money'})", ("Round", "Inside", "Each pays", "Then"), tuple(rounds))
    return Report(result.sentence, (table,), (result.note,) if result.note else ())


@cost_answer.register
def _(result: Keeping, game: CostGame) -> Report:
    rows = []
    for rule in result.rules:
        money = [shown(amount) for amount in (rule.cost_to_others, rule.lost, rule.top_up, rule.subsidy)]
        rows.append((RULE_NAMES.get(rule.method, rule.method), f"{rule.joining.inside:,} of {game.population:,}", f"{rule.smallest:,}", *money))
    columns = ("Rule", "Stay", "Of the smallest", "Costs the others more", "Lost to all", "Keeps all: paid to who objects", "Keeps all: paid to everybody")
    return Report(result.sentence, (Table(f"Who stays under each rule ({game.unit or 'units of money'})", columns, tuple(rows)),))


@cost_answer.register
def _(result: CoreAnswer, game: CostGame) -> Report:
    core, unit = result.core, game.unit or "units of money"
    tables = []
    if core.empty:
        rows = tuple((group(game, entry.coalition), str(entry.weight), shown(entry.cost)) for entry in core.certificate[:LISTED])
        tables.append(Table("Proof: groups that cover everybody in balance", ("Group", "Weight", f"Cost alone ({unit})"), rows))
    else:
        centre = zip(game.classes, core.point.charges, strict=True)
        tables.append(Table(f"The centre of the core ({unit})", ("", "Each pays"), tuple((entry.title, shown(charge)) for entry, charge in centre)))
    if result.corners is not None and result.corners.ranges:
        rows = tuple((entry.title, shown(low), shown(high)) for entry, (low, high) in zip(game.classes, result.corners.ranges, strict=True))
        tables.append(Table(f"What each pays anywhere in the core ({unit})", ("", "At least", "At most"), rows))
    if result.proposal is not None and result.bribes is not None:
        blocking = tuple((group(game, o.coalition), shown(o.pays), shown(o.alone), shown(o.gain)) for o in result.proposal.objections)
        tables.append(Table("Who blocks the proposal", ("Group", "Pays", "Alone", "Would gain"), blocking))
    return Report(result.sentence, tuple(table for table in tables if table.rows))


def _title(game: CostGame, name: str) -> str:
    return game.label(game.names.index(name))
