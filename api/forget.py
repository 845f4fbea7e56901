"""Deleting workshops from the command line."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from negotiation.report import Report

from .local import address_of, workshops_in
from .retention import delete_expired

OUT = " It is out of the copies beside the database, too; archives and copies that somebody took elsewhere still hold it."


def run(options: Namespace) -> tuple[dict[str, Any], Report | str]:
    """Delete a workshop, or all whose day has passed; return their names."""
    with workshops_in(address_of(options.database)) as workshops:
        if options.workshop:
            workshops.delete(options.workshop)
        deleted = [options.workshop] if options.workshop else delete_expired(workshops)
    return {"deleted": deleted}, f"Deleted: {', '.join(deleted) or 'nothing'}.{OUT if deleted else ''}\n"
