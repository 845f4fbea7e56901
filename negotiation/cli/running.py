"""A command run: its answer printed, its errors in one line."""

from __future__ import annotations

import io
import json
import os
import sys
from argparse import Namespace

from ..errors import NegotiationError
from ..loading import load
from ..numerics import plain
from ..report import Report

CALLERS_ERROR = 2


def run(options: Namespace) -> int:
    """Print what a command found; return the exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        data, told = options.run(options)
    except NegotiationError as error:
        print(f"negotiate: {' '.join(str(error).split())}", file=sys.stderr)
        return CALLERS_ERROR
    if sys.stderr.isatty():
        print("\r" + " " * 70 + "\r", end="", file=sys.stderr)
    try:
        _print(data if options.json else told)
    except BrokenPipeError:  # the reader has had enough, e.g. `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _print(found: object) -> None:
    if isinstance(found, str):
        print(found, end="", flush=True)
    elif isinstance(found, Report):
        load("negotiation.cli.drawing:draw")(found)
    else:
        print(json.dumps(plain(found), indent=2, ensure_ascii=False), flush=True)
