"""All extreme equilibria of a two-player game by `lrsnash` of Debian's lrslib, an independent exact solver, as a subprocess."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from fractions import Fraction

import pytest

Mixture = tuple[Fraction, ...]
PROGRAM = "lrsnash"


def decimal(table: Sequence[Sequence[float]]) -> list[list[Fraction]]:
    """Return each float as the decimal that it prints as."""
    return [[Fraction(repr(float(value))) for value in row] for row in table]


def extreme_equilibria(first: Sequence[Sequence[float]], second: Sequence[Sequence[float]]) -> set[tuple[Mixture, Mixture]]:
    """Return the extreme equilibria of the game with payoff tables `first` and `second`, both rows by columns."""
    if shutil.which(PROGRAM) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{PROGRAM} is missing: apt-get install lrslib")
        pytest.skip(f"{PROGRAM} (Debian package lrslib) is not installed")
    exact = [decimal(table) for table in (first, second)]
    if any(max(abs(value.numerator), value.denominator) >= 2**63 for table in exact for row in table for value in row):
        raise ValueError(f"{PROGRAM} keeps payoffs in 64 bits")
    tables = "\n\n".join("\n".join(" ".join(map(str, row)) for row in table) for table in exact)
    text = f"{len(first)} {len(first[0])}\n\n{tables}\n"
    done = subprocess.run([PROGRAM, "/dev/stdin"], input=text, capture_output=True, text=True, check=True, timeout=60)
    return _read(done.stdout)


def _read(output: str) -> set[tuple[Mixture, Mixture]]:
    """Each block lists mixtures of the second player (lines '2 ...') that go with those of the first ('1 ...'); payoffs come last."""
    found: set[tuple[Mixture, Mixture]] = set()
    sides: dict[str, list[Mixture]] = {"1": [], "2": []}
    for line in [*output.splitlines(), ""]:
        words = line.split()
        if words and words[0] in sides:
            sides[words[0]].append(tuple(Fraction(word) for word in words[1:-1]))
        elif not words:
            found |= {(x, y) for x in sides["1"] for y in sides["2"]}
            sides = {"1": [], "2": []}
    return found
