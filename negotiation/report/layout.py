"""What a report is made of: a sentence, tables of words, notes; and how any plain data becomes a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..numerics import shown

LISTED = 20
"""Rows of a list that are shown; the JSON output has all."""


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
    """Return any result for people: its sentence, single facts, then a table for each list of rows."""
    facts = tuple((words(key), cell(value)) for key, value in body.items() if not _is_table(value) and key not in ("sentence", "notes"))
    tables = [Table("", ("", ""), facts)] if facts else []
    tables += [_table(words(key), value) for key, value in body.items() if _is_table(value)]
    return Report(str(body.get("sentence", "")), tuple(tables), tuple(str(note) for note in body.get("notes", ())))


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(row, dict) for row in value)


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = tuple(tuple(cell(row.get(key)) for key in columns) for row in rows[:LISTED])
    more = f" (the first {LISTED} of {len(rows):,})" if len(rows) > LISTED else ""
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
        return "\n".join(f"{words(key)}: {_flat(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "\n".join(_flat(item) for item in value[:LISTED]) + ("\n..." if len(value) > LISTED else "")
    return str(value)


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{words(key)} {_flat(item)}" for key, item in value.items() if item not in (0, None))
    if isinstance(value, list):
        return ", ".join(_flat(item) for item in value[:LISTED])
    return cell(value)


def words(key: str) -> str:
    """Return a field's name as people write it."""
    return str(key).replace("_", " ")
