"""The nucleolus from a full table, against coopgame-py; what PuLP costs against HiGHS's own interface on the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from statistics import median
from typing import Any

import highspy
import numpy as np

from negotiation.coalitional.cost_game import CostGame, table_game
from negotiation.coalitional.nucleolus import levels
from negotiation.coalitional.nucleolus.nucleoli import prenucleolus
from negotiation.linear import Program

from .measure import Measurement

coopgame: Any = None
with suppress(ImportError):
    import coopgame  # type: ignore[import-not-found,no-redef]

PLAYERS = (10, 15, 20, 22, 24)


def measurements() -> list[Measurement]:
    """Measure games without structure and games in which most coalitions tie; then the programs behind them."""
    return [*_tables(), *_programs()]


def random_game(n: int, seed: int = 0) -> CostGame:
    """Return a game whose costs are drawn independently."""
    return _game(np.random.default_rng(seed).uniform(0, n, (2,) * n))


def tied_game(n: int, seed: int = 0) -> CostGame:
    """Return a game with five different costs."""
    return _game(np.random.default_rng(seed).integers(0, 5, (2,) * n).astype(float))


def _game(table: np.ndarray[Any, Any]) -> CostGame:
    table.flat[0] = 0
    return table_game([f"p{k}" for k in range(table.ndim)], table)


KINDS = {"random": random_game, "tie-ridden": tied_game}


def _tables() -> Iterator[Measurement]:
    for n in PLAYERS:
        for kind, build in KINDS.items():
            game = build(n)
            found = prenucleolus(game)
            runs = 5 if n < 22 else 3
            ours = _median(lambda game=game: prenucleolus(game), runs)
            peer, off = _peer(game, found.charges, runs if n < 20 else 1)
            note = f"certified {found.evidence['certified']}, error {found.evidence['error']:g}{off}"
            yield Measurement(f"nucleolus, {n} players, {kind}", ours, peer, "coopgame-py", note)


def _peer(game: CostGame, charges: tuple[float, ...], runs: int) -> tuple[float | None, str]:
    """Return how long the peer takes from its own table, and how far its answer is from ours."""
    if coopgame is None:
        return None, ""
    other = coopgame.Game((-game.costs.ravel()[1:]).tolist())
    answer: list[Any] = []
    taken = _median(lambda: answer.append(coopgame.prenucleolus(other)["allocation"]), runs)
    return taken, f", peer differs by {np.max(np.abs(-np.array(answer[-1])[::-1] - charges)):.0e}"


def _median(work: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)


class RawProgram:
    """What `Program` does, through highspy alone."""

    def __init__(self, objective: Any, low: Any, *, tolerance: float) -> None:
        self._model = highspy.Highs()
        for name, value in {
            "output_flag": False,
            "presolve": "off",
            "primal_feasibility_tolerance": tolerance,
            "dual_feasibility_tolerance": tolerance,
        }.items():
            self._model.setOptionValue(name, value)
        lows = np.array([-np.inf if value is None else value for value in low])
        self._model.addCols(len(lows), np.array(objective), lows, np.full(len(lows), np.inf), 0, [], [], [])

    def add(self, left: Any, right: Any, *, equal: bool = False) -> None:
        """Add rows."""
        rows, bound = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
        row, column = np.nonzero(rows)
        starts = np.searchsorted(row, np.arange(len(rows))).astype(np.int32)
        self._model.addRows(len(rows), bound if equal else np.full(len(rows), -np.inf), bound, len(row), starts, column.astype(np.int32), rows[row, column])

    def free(self, rows: list[int]) -> None:
        """Let rows hold no longer."""
        for row in rows:
            self._model.changeRowBounds(row, -np.inf, np.inf)

    def solve(self) -> Any:
        """Solve, and read variables and prices."""
        self._model.run()
        answer = self._model.getSolution()
        return np.array(answer.col_value), np.array(answer.row_dual)


Step = Callable[[Any], object]


@contextmanager
def recorded() -> Iterator[list[Step]]:
    """Write down what the nucleolus asks of its program."""
    steps: list[Step] = []

    class Recorder(Program):
        def __init__(self, objective: Any, low: Any, *, tolerance: float) -> None:
            super().__init__(objective, low, tolerance=tolerance)
            steps.append(lambda kind: kind(objective, low, tolerance=tolerance))

        def add(self, left: Any, right: Any, *, equal: bool = False) -> list[int]:
            steps.append(lambda program: program.add(left, right, equal=equal))
            return super().add(left, right, equal=equal)

        def free(self, rows: Any) -> None:
            steps.append(lambda program: program.free(rows))
            super().free(rows)

        def solve(self) -> Any:
            steps.append(lambda program: program.solve())
            return super().solve()

    levels.Program = Recorder  # type: ignore[misc]
    try:
        yield steps
    finally:
        levels.Program = Program  # type: ignore[misc]


def _programs() -> Iterator[Measurement]:
    for n in (12, 15, 18, 20, 22):
        for kind, build in KINDS.items():
            with recorded() as steps:
                prenucleolus(build(n))

            def replay(made: Any, steps: list[Step] = steps) -> None:
                program = steps[0](made)
                for step in steps[1:]:
                    step(program)

            ours, raw = (_median(lambda made=made: replay(made), 7) for made in (Program, RawProgram))
            yield Measurement(f"its programs through PuLP, {n} players, {kind}", ours, raw, "highspy", f"PuLP takes {ours / raw:.1f} times as long")
