"""How the cost of sharing grows: seconds against members and against classes, drawn into allocation_members.svg and allocation_classes.svg."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from negotiation.coalitional.core.least import least_core
from negotiation.coalitional.cost_game import CostGame, MemberClass
from negotiation.coalitional.costs import OfTotalUse
from negotiation.coalitional.nucleolus.nucleoli import nucleolus
from negotiation.coalitional.shares.shapley import shapley

from .charts import Line, log_chart
from .measure import Measurement, median_time

MEMBERS = (10, 30, 100, 300, 1000, 3000, 10000)
CLASSES = (1, 2, 3, 4, 6, 8, 10)
ASKED: dict[str, Callable[[CostGame], object]] = {"least core": least_core, "nucleolus": nucleolus, "Shapley value": shapley}


def plant(classes: int, members: int) -> CostGame:
    """Return firms of several sizes that share plants built in modules: a cost of total use."""
    use = tuple(float(2 + 3 * k) for k in range(classes))
    sizes = [max(1, members // classes)] * classes
    module = max(10.0, sum(u * n for u, n in zip(use, sizes, strict=True)) / 12)
    function = OfTotalUse(use, lambda total: 100.0 * np.ceil(total / module) + 2.0 * np.sqrt(total))
    return CostGame(tuple(MemberClass(f"c{k}", n, use=u) for k, (u, n) in enumerate(zip(use, sizes, strict=True))), function, "USD")


def measurements() -> list[Measurement]:
    """Measure growth with members (three classes) and with classes (100 members each), and draw both."""
    found = []
    for title, file, sizes, game in (
        ("members in three classes", "allocation_members.svg", MEMBERS, lambda n: plant(3, n)),
        ("classes of 100 members", "allocation_classes.svg", CLASSES, lambda k: plant(k, 100 * k)),
    ):
        lines = []
        for name, ask in ASKED.items():
            times = [median_time(lambda n=n, ask=ask, game=game: ask(game(n)), runs=3, limit=5.0) for n in sizes]
            lines.append(Line(f"{name}, seconds", sizes, times))
            found += [Measurement(f"{name}, {n:,} {title}", t) for n, t in zip(sizes, times, strict=True)]
        Path(__file__).with_name(file).write_text(log_chart(lines, title), encoding="utf-8")
    return found
