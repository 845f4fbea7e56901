"""The catalogue: how long it takes to read all games, and to give the full verdict and check the expectations of each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from negotiation import catalogue
from negotiation.answers.judged import judge
from negotiation.answers.request import Request
from negotiation.authoring.advice import advice
from negotiation.catalogue import CLUSTERS, Subject
from negotiation.definition import read_definition
from negotiation.governance.expectations import check_expectations

from .measure import Measurement, median_time


def measurements() -> Iterator[Measurement]:
    """Measure what a visitor and an author wait for."""
    every = catalogue.paths()
    clusters = {name: path for name, path in every.items() if catalogue.shelf(path) == CLUSTERS}
    yield Measurement(f"reading and checking the {len(clusters)} games about clusters", median_time(lambda: _read(clusters), runs=3), note="target 1 s")
    yield Measurement(f"reading and checking all {len(every)} games", median_time(lambda: _read(every), runs=3))
    for name in clusters:
        definition = catalogue.load(name)
        subject = Subject(name, definition=definition)
        full = median_time(lambda subject=subject: judge(subject, Request(options={"full": "yes"})), runs=3)
        start = time.perf_counter()
        met = sum(checked.met for checked in check_expectations(definition))
        checking = time.perf_counter() - start
        hints = median_time(lambda definition=definition: advice(definition), runs=1)
        note = f"target 1 s; {met} of {len(definition.expected)} expectations met in {checking:.1f} s, hints in {hints:.2f} s"
        yield Measurement(f"full verdict, {name}", full, note=note)


def _read(paths: dict[str, Path]) -> None:
    for name, path in paths.items():
        read_definition(path.read_bytes(), name)
