"""What a report is made of: a sentence, tables of words, notes; and how any plain data becomes a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ..numerics import shown

LISTED = 20
"""Rows of a list that are shown; the JSON output has all."""
FEW = 8
"""Numbers that are written out one by one."""
SHARE = "share"
"""The unit of outcomes that people read as so many in a hundred."""
SAID_APART = ("sentence", "complete", "reason", "method")
"""Fields that are told before and after the tables."""


@dataclass(frozen=True)
class Table:
    """A titled table of words."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Report:
    """A sentence, tables, and what the reader must know besides."""

    sentence: str
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


def plain_report(body: Mapping[str, Any]) -> Report:
    """Return any result for people: its sentence, single facts, a table for each list of rows, and how sure it is."""
    sentence = str(body.get("sentence", ""))
    fields = {key: value for key, value in body.items() if key not in (*SAID_APART, "notes") and value not in ("", [], {})}
    facts = tuple((words(key), cell(value)) for key, value in fields.items() if not _rows(value))
    tables = [Table("", ("", ""), facts)] if facts else []
    tables += [_table(words(key), _rows(value), sentence) for key, value in fields.items() if _rows(value)]
    return Report(sentence, tuple(tables), (*(str(note) for note in body.get("notes", ())), *_sureness(body)))


def _sureness(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return whether a result is complete and why, and how it was found, as notes."""
    word = {True: "Complete", False: "Not complete", None: "Perhaps not complete"}.get(body.get("complete", True), "Complete")
    reason = str(body.get("reason") or "")
    if "complete" not in body and reason:
        word = "It ends here"
    told = (f"{word}: {reason}.",) if reason else () if word == "Complete" else (f"{word}.",)
    return (*told, f"Method: {body['method']}.") if body.get("method") else told


def _rows(value: Any) -> list[dict[str, Any]]:
    """Return the rows of what is best shown as a table: a list of records, or records of one kind under names; otherwise nothing."""
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return value
    if isinstance(value, dict) and len(value) > 1 and all(isinstance(row, dict) for row in value.values()):
        kinds = {tuple(row) for row in value.values()}
        if len(kinds) == 1 and len(next(iter(kinds))) > 2 and any(not isinstance(item, (int, float)) for row in value.values() for item in row.values()):
            return [{"": name, **row} for name, row in value.items()]
    return []


def _table(title: str, rows: list[dict[str, Any]], sentence: str) -> Table:
    """Return a table; rows that have a sentence of their own are told by it, unless it has been said already."""
    told = [str(row.get("sentence", "")) for row in rows]
    more = f" (the first {LISTED} of {len(rows):,})" if len(rows) > LISTED else ""
    if all(told) and told[0] not in sentence:
        return Table(title + more, ("",), tuple((line,) for line in told[:LISTED]))
    columns = [key for key in dict.fromkeys(key for row in rows for key in row) if key != "sentence"]
    cells = tuple(tuple(cell(row.get(key)) for key in columns) for row in rows[:LISTED])
    return Table(title + more, tuple(words(key) for key in columns), cells)


def cell(value: Any) -> str:
    """Return any JSON value in a line or a few."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return shown(value)
    if isinstance(value, dict):
        counted = any(value.values()) and all(isinstance(item, int) and not isinstance(item, bool) for item in value.values())
        return "\n".join(f"{words(key)}: {_flat(item)}" for key, item in value.items() if item or not counted)
    if isinstance(value, list):
        return "\n".join(_listed(value))
    return str(value)


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{words(key)} {_flat(item)}" for key, item in _telling(value).items())
    if isinstance(value, list):
        return ", ".join(_listed(value))
    return cell(value)


def _listed(values: list[Any]) -> list[str]:
    """Return the items of a list, those that repeat once, a long series of numbers by its ends."""
    if len(values) > FEW and all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in values):
        return [f"{cell(values[0])}, {cell(values[1])}, ... {cell(values[-1])} ({len(values):,} numbers)"]
    runs = [(item, len(list(same))) for item, same in groupby(_flat(item) for item in values)]
    lines = [item if many == 1 else f"{item} ({many:,} times)" for item, many in runs]
    return lines[:LISTED] + (["..."] if len(lines) > LISTED else [])


def _telling(row: dict[str, Any]) -> dict[str, Any]:
    """Return what is worth saying: of counts and of shares what is not zero, otherwise what is there."""
    numbers = [item for item in row.values() if isinstance(item, (int, float)) and not isinstance(item, bool)]
    shared = len(numbers) == len(row) and min(numbers, default=-1) >= 0 and any(numbers)
    if shared and (all(float(item).is_integer() for item in numbers) or abs(sum(numbers) - 1) < 1e-6):
        return {key: item for key, item in row.items() if item}
    return {key: item for key, item in row.items() if item is not None}


def measured(value: float, unit: str) -> str:
    """Return a value with its unit; a share as so many in a hundred.

    Examples
    --------
    >>> measured(0.7041, "share"), measured(12.0, "USD")
    ('70.4 %', '12 USD')
    """
    return f"{shown(100 * value, 3)} %" if unit == SHARE else f"{shown(value)} {unit}".rstrip()


def words(key: str) -> str:
    """Return a field's name as people write it."""
    return str(key).replace("_", " ")
