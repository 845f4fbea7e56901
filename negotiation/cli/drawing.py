"""Reports drawn on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table as RichTable

from ..report import Report


def draw(told: Report) -> None:
    """Print a report."""
    console = Console(highlight=False)
    console.print(told.sentence, markup=False)
    for table in told.tables:
        drawn = RichTable(
            title=table.title or None, show_header=any(table.columns), title_justify="left", show_lines=any("\n" in cell for row in table.rows for cell in row)
        )
        for k, column in enumerate(table.columns):
            drawn.add_column(column, overflow="fold", no_wrap=k == 0 and column == "Name")
        for row in table.rows:
            drawn.add_row(*(cell.replace("[", "\\[") for cell in row))
        console.print()
        console.print(drawn)
    for note in told.notes:
        console.print(note, style="dim", markup=False)
