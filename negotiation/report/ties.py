"""How levers meet: drivers against barriers, and pairs of cells or levers, for people."""

from __future__ import annotations

from ..governance.frameworks.drivers import Drivers, Meeting
from ..governance.frameworks.signs import MEANING, SignRow, Signs, bundle_words
from ..governance.situation import Situation
from ..numerics import ROUND_OFF, shown
from .layout import LISTED, SHARE, Report, Table, measured

YES = {True: "yes", False: "no"}


def drivers(result: Drivers, situation: Situation) -> Report:
    """Return which barriers undo which bundles of drivers."""
    money = situation.game.money
    rows = tuple(_meeting(one, result, situation) for one in result.meetings)
    columns = ("Drivers", "Against", "Target holds", f"Margin ({money})", "Cooperate", "Who leaves first")
    bundles = tuple((name, "\n".join(_label(situation, lever) for lever in levers)) for name, levers in result.bundles.items())
    absent = tuple((_label(situation, one.driver), YES[one.holds], measured(one.lost, SHARE)) for one in result.absences)
    tables = (
        Table("Bundles of drivers", ("Bundle", "Levers"), bundles),
        Table("Drivers against barriers", columns, rows),
        Table("One driver left out of all, without barriers", ("Left out", "Target holds", "Cooperation that is lost"), absent),
    )
    return Report(result.sentence, tuple(table for table in tables if table.rows))


def _meeting(one: Meeting, result: Drivers, situation: Situation) -> tuple[str, ...]:
    everything = len(one.barriers) > 1 and one.barriers == result.barriers
    against = "all barriers" if everything else "\n".join(_label(situation, name) for name in one.barriers) or "no barrier"
    holds = "no: undone" if one.undone else YES[one.holds]
    return one.drivers, against, holds, shown(one.margin), measured(one.kept, SHARE), "" if one.holds else one.leaves_first


def signs(result: Signs, situation: Situation) -> Report:
    """Return how two cells or levers go together, pair by pair."""
    share = result.measure.startswith("the cooperation")
    rows = tuple(_pair(row, situation, share) for row in result.rows[:LISTED])
    columns = ("First", "Second", "They show", "With neither", "First alone", "Second alone", "Both", "Beyond the sum")
    meant = [f"{sign.capitalize()}: {MEANING[sign]}." for sign in dict.fromkeys(row.sign for row in result.rows)]
    more = (f"{len(result.rows) - LISTED:,} more pairs are in the JSON output.",) if len(result.rows) > LISTED else ()
    how = "Exact, from the four combinations of each pair, no other lever being on; what is less the better is counted with a minus."
    return Report(result.sentence, (Table(f"Pairs, by {result.measure}", columns, rows),) if rows else (), (*meant, how, *result.notes, *more))


def _pair(row: SignRow, situation: Situation, share: bool) -> tuple[str, ...]:
    names = (bundle_words(situation.definition, row.first), bundle_words(situation.definition, row.second))
    values = (row.none, row.one, row.other, row.both, row.beyond_sum)
    close = ROUND_OFF * max(abs(value) for value in values)
    told = [measured(0.0 if abs(value) <= close else value, SHARE if share else "") for value in values]
    return (*names, row.sign, *told)


def _label(situation: Situation, name: str) -> str:
    return situation.definition.levers[name].label or name
