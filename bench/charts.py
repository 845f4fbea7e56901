"""Log-log charts as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, BOTTOM, RIGHT, TOP = 640, 360, 60, 40, 20, 20
COLOURS = ("#0f5c6e", "#b4532a", "#5b4a8a", "#3f7d3a")


@dataclass(frozen=True)
class Line:
    """A named series of positive numbers."""

    name: str
    across: Sequence[float]
    up: Sequence[float]


def log_chart(lines: Sequence[Line], title: str) -> str:
    """Return a chart of all lines, both axes logarithmic; `title` says what stands across."""
    start, end = (sign(f(math.log10(x) for line in lines for x in line.across)) for f, sign in ((min, math.floor), (max, math.ceil)))
    low, high = (sign(f(math.log10(y) for line in lines for y in line.up)) for f, sign in ((min, math.floor), (max, math.ceil)))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - start) / (end - start) * (WIDTH - LEFT - RIGHT) + LEFT
        return across, HEIGHT - BOTTOM - (math.log10(y) - low) / (high - low) * (HEIGHT - BOTTOM - TOP)

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for power in range(low, high + 1):
        _, y = at(10.0**start, 10.0**power)
        drawn.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#dde4e7"/><text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">1e{power}</text>')
    for power in range(start, end + 1):
        x, _ = at(10.0**power, 10.0**low)
        drawn.append(
            f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#dde4e7"/><text x="{x:.1f}" y="{HEIGHT - 22}" text-anchor="middle">{10**power:,}</text>'
        )
    for k, (line, colour) in enumerate(zip(lines, COLOURS, strict=False)):
        points = [at(x, y) for x, y in zip(line.across, line.up, strict=True)]
        drawn.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2.5" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
        drawn.append(f'<text x="{LEFT + 10}" y="{TOP + 14 + 15 * k}" fill="{colour}">{line.name}</text>')
    drawn.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 4}" text-anchor="middle">{title}</text></svg>')
    return "\n".join(drawn) + "\n"
