"""Reports drawn on a terminal: numbers stay whole, words break at spaces and hyphens only, and what is too wide is stacked."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from itertools import zip_longest
from unicodedata import combining, east_asian_width

from ..report import Report, Table

LONG = 32
"""Letters in one piece beyond which even a word is broken: formulas, names of files."""
WIDE = 12
"""Letters from which on lines that run over are set in."""
HEAD = 14
"""Letters of a heading that a column of shorter cells has room for; longer ones are wrapped."""
TALL = 12
"""Lines that wrapping may add to one cell; beyond that rows are stacked instead."""
NUMBER = re.compile(r"[-−]?[\d,]*\.?\d+(e[-+]?\d+)?( %)?|-|")
LETTERS = {"━─": "-", "┃│": "|", "┏┳┓┡╇┩├┼┤└┴┘┌┬┐": "+", "’‘′": "'", "“”": '"', "−–": "-", "×": "x", "≥": ">=", "≤": "<=", "…": "..."}
PLAIN = str.maketrans({letter: plain for letters, plain in LETTERS.items() for letter in letters})
"""What stands for the lines of a table, and for signs, where the terminal knows only plain letters."""


def draw(told: Report) -> None:
    """Print a report."""
    text = drawn(told, shutil.get_terminal_size((80, 24)).columns)
    unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(text if unicode else text.translate(PLAIN), flush=True)


def drawn(told: Report, width: int) -> str:
    """Return a report as text at most `width` letters wide, as far as its words allow.

    Examples
    --------
    >>> print(drawn(Report("All pay.", (Table("Charges", ("Who", "Pays"), (("Small firms", "1,234"), ("Large firms", "20"))),)), 40))
    All pay.
    <BLANKLINE>
    Charges
    ┏━━━━━━━━━━━━━┳━━━━━━━┓
    ┃ Who         ┃  Pays ┃
    ┡━━━━━━━━━━━━━╇━━━━━━━┩
    │ Small firms │ 1,234 │
    │ Large firms │    20 │
    └─────────────┴───────┘
    """
    parts = ["\n".join(wrapped(told.sentence, width))]
    parts += ["", *(line for table in told.tables for line in ("", *_table(table, width)))][1:]
    parts += [line for note in told.notes for line in wrapped(note, width)]
    return "\n".join(parts)


def wrapped(text: str, width: int) -> list[str]:
    """Return text in lines of at most `width`; a number keeps together with its sign and its per cent.

    Examples
    --------
    >>> wrapped("a well-known share of 12.5 % -3", 8)
    ['a well-', 'known', 'share of', '12.5 %', '-3']
    """
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for gap, piece in _pieces(paragraph, width):
            if line and size(line + gap + piece) > width:
                lines.append(line)
                line = piece
            else:
                line += gap + piece if line else piece
        lines.append(line)
    return lines


def _pieces(text: str, width: int) -> list[tuple[str, str]]:
    """Return the pieces of a line that stay together, each with what stands before it where it does not begin a line."""
    found = []
    for word in re.split(r" (?!%(?:\W|$))", text):
        halves = re.split(r"(?<=[^\W\d]{2}-)(?=[^\W\d]{2})", word)
        for k, half in enumerate(halves):
            most = max(width, 1) if size(half) > max(width, LONG) else len(half) or 1
            cut = [half[j : j + most] for j in range(0, len(half), most)] or [""]
            found += [(" " if k == j == 0 else "", one) for j, one in enumerate(cut)]
    return found


def size(text: str) -> int:
    """Return how many places text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _table(table: Table, width: int) -> list[str]:
    """Return the lines of a table."""
    title = wrapped(table.title, width) if table.title else []
    widths = _widths(table, width - 1 - 3 * len(table.columns))
    return title + (_stacked(table, width) if widths is None else _framed(table, widths))


def _widths(table: Table, room: int) -> list[int] | None:
    """Return how wide each column is: as wide as needed, the widest ones cut down alike; None where that leaves too little."""
    columns = list(zip_longest(table.columns, *table.rows, fillvalue=""))
    natural = [max(size(line) for cell in column for line in cell.split("\n")) for column in columns]
    if sum(natural) <= room:
        return natural
    least = [min(max(size(piece) for cell in column for line in cell.split("\n") for _, piece in _pieces(line, LONG)), LONG) for column in columns]
    if sum(least) > room:
        return None
    cells = [max((size(line) for cell in column[1:] for line in cell.split("\n")), default=0) for column in columns]
    wanted = [max(min(HEAD, size(column[0])), high) for column, high in zip(columns, cells, strict=True)]

    def cut(most: int) -> list[int]:
        return [max(low, min(high, most)) for low, high in zip(least, wanted, strict=True)]

    widths = cut(max(most for most in range(room + 1) if sum(cut(most)) <= room))
    for k in sorted(range(len(widths)), key=lambda k: natural[k] - widths[k]):
        widths[k] += max(0, min(natural[k] - widths[k], room - sum(widths)))
    over = [len(_lines(cell, w)) - len(cell.split("\n")) for column, w in zip(columns, widths, strict=True) for cell in column[1:]]
    return widths if max(over, default=0) <= TALL else None


def _framed(table: Table, widths: Sequence[int]) -> list[str]:
    """Return a table in a frame, numbers to the right; a line between rows where one of them has several lines."""
    right = [any(row[k] for row in table.rows) and all(NUMBER.fullmatch(row[k]) for row in table.rows) for k in range(len(widths))]

    def rule(left: str, line: str, between: str, end: str) -> str:
        return left + between.join(line * (w + 2) for w in widths) + end

    def row(cells: Sequence[str], bar: str) -> list[str]:
        lines = zip_longest(*(_lines(cell, w) for cell, w in zip(cells, widths, strict=True)), fillvalue="")
        padded = [[_padded(part, w, r) for part, w, r in zip(line, widths, right, strict=True)] for line in lines]
        return [f"{bar} {f' {bar} '.join(line)} {bar}" for line in padded]

    head = [rule(*"┏━┳┓"), *row(table.columns, "┃"), rule(*"┡━╇┩")] if any(table.columns) else [rule(*"┌─┬┐")]
    rows = [row(cells, "│") for cells in table.rows]
    apart = [rule(*"├─┼┤")] if any(len(lines) > 1 for lines in rows) else []
    body = [line for lines, last in zip(rows, [False] * (len(rows) - 1) + [True], strict=True) for line in (*lines, *([] if last else apart))]
    return [*head, *body, rule(*"└─┴┘")]


def _lines(cell: str, width: int) -> list[str]:
    """Return the lines of a cell; where it has several of its own, what runs over is set in."""
    own = cell.split("\n")
    if len(own) == 1 or width < WIDE:
        return wrapped(cell, width)
    return [line for part in own for line in hanging(part, width)]


def hanging(text: str, width: int) -> list[str]:
    """Return text in lines, all but the first set in by two letters, where they fit so."""
    first, *others = wrapped(text, width)
    rest = wrapped(text[len(first) :].lstrip(" "), width - 2) if others else []
    return [first, *others] if any(size(line) > width - 2 for line in rest) else [first, *(f"  {line}" for line in rest)]


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - size(text))
    return space + text if right else text + space


def _stacked(table: Table, width: int) -> list[str]:
    """Return a table as one paragraph for each row: its first cell, then each column by name."""
    lines = []
    for row in table.rows:
        first, *others = zip(table.columns, row, strict=True)
        lines += ["", *wrapped(": ".join(filter(None, first)).replace("\n", ", "), width)]
        for column, cell in others:
            if cell:
                told = f"{column}: {cell}" if column and "\n" not in cell else f"{column}:\n{cell}" if column else cell
                start, *more = told.split("\n")
                lines += [f"  {line}" for line in hanging(start, width - 2)]
                lines += [f"    {line}" for part in more for line in hanging(part, width - 4)]
    return lines
