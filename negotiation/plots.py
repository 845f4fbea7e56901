"""Charts as Vega-Lite specifications: one source for pages and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .coalitional.allocation import Allocation
from .coalitional.cost_game import CostGame
from .governance.verdict import Verdict
from .numerics import plain
from .report import RULE_NAMES
from .strategic.game import Game, Points
from .strategic.pure import deviations

ACCENT, MUTED, WARNING = "#0f5c6e", "#9aa5ab", "#b4532a"
FONT = "'Source Sans 3', 'Noto Sans', system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def _chart(title: str, values: list[dict[str, Any]], **body: Any) -> dict[str, Any]:
    config = {
        "font": FONT,
        "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "gridColor": "#e8ecee"},
        "view": {"stroke": None},
    }
    heading = {"text": title, "anchor": "start", "fontSize": 14, "fontWeight": 600}
    autosize = {"type": "fit-x", "contains": "padding"}
    return {"$schema": SCHEMA, "title": heading, "width": "container", "autosize": autosize, "data": {"values": plain(values)}, "config": config, **body}


def margins(judged: Verdict) -> dict[str, Any]:
    """Return bars: what each kind of member would gain or lose by its most tempting move away from the target."""
    game = judged.situation.game
    best: dict[str, dict[str, Any]] = {}
    for deviation in deviations(game, judged.situation.target):
        i = game.index(deviation.stakeholder)
        to = game.label(i, game.actions[i].index(deviation.to))
        entry = {"who": game.label(i), "to": to, "gain": deviation.gain, "stays": "leaves" if deviation.gain > game.tolerances[i] else "stays"}
        best.setdefault(f"{deviation.stakeholder}.{deviation.action}", entry)
    rows = sorted(best.values(), key=lambda row: -float(row["gain"]))
    y = {"field": "who", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 240}}
    title = ["gain from the best other choice", f"({game.money} per member)"]
    x = {"field": "gain", "type": "quantitative", "title": title, "axis": {"tickCount": 4, "format": "~s"}}
    colour = {"field": "stays", "type": "nominal", "legend": None, "scale": {"domain": ["stays", "leaves"], "range": [ACCENT, WARNING]}}
    said = [{"field": "who", "title": "who"}, {"field": "to", "title": "would choose"}, {"field": "gain", "title": "gain", "format": ",.0f"}]
    number = {"text": {"field": "gain", "type": "quantitative", "format": ",.4~r"}}
    text = {"type": "text", "align": "left", "dx": 6, "fontSize": 12}
    right = {"mark": text, "encoding": number, "transform": [{"filter": "datum.gain >= 0"}]}
    left = {"mark": text | {"color": ACCENT}, "encoding": number | {"x": {"datum": 0}}, "transform": [{"filter": "datum.gain < 0"}]}
    layers = [{"mark": {"type": "bar", "cornerRadius": 2}, "encoding": {"color": colour, "tooltip": said}}]
    layers += [right] if any(row["gain"] >= 0 for row in rows) else []
    layers += [left] if any(row["gain"] < 0 for row in rows) else []
    heading = "What would leaving bring? Right of zero: a reason to leave"
    room = {"left": 5, "top": 5, "bottom": 5, "right": 70}
    return _chart(heading, rows, height=34 * len(rows), padding=room, encoding={"y": y, "x": x}, layer=layers)


def tipping(judged: Verdict, stakeholder: str) -> dict[str, Any]:
    """Return lines: what each choice of one stakeholder's members pays as more of them take the target action, all else at the target."""
    situation = judged.situation
    game = situation.game
    i = game.index(stakeholder)
    counts = situation.target_counts[stakeholder]
    main = max(range(len(game.actions[i])), key=lambda a: counts[game.actions[i][a]])
    rest = _main_alternative(judged, i, main)
    values = [row for a in (main, rest) for row in _line(game, situation.target, (i, main, rest), a)]
    title = ["number that choose", f"“{game.label(i, main)}”", "(others as in the target)"]
    return _chart(
        f"{game.label(i)}: what each choice pays, by how many cooperate",
        values,
        height=240,
        mark={"type": "line", "strokeWidth": 2.5, "point": game.members[i] <= 40, "tooltip": True},
        encoding={
            "x": {
                "field": "number",
                "type": "quantitative",
                "title": title,
                "axis": {"tickCount": 6},
            },
            "y": {"field": "payoff", "type": "quantitative", "title": game.money, "scale": {"zero": False}},
            "color": {
                "field": "choice",
                "type": "nominal",
                "title": None,
                "legend": {"orient": "top", "labelLimit": 260},
                "scale": {"range": [ACCENT, WARNING]},
                "sort": None,
            },
        },
    )


def _main_alternative(judged: Verdict, i: int, main: int) -> int:
    game = judged.situation.game
    for deviation in deviations(game, judged.situation.target):
        if deviation.stakeholder == game.names[i]:
            return game.actions[i].index(deviation.to)
    return (main + 1) % len(game.actions[i])


def _line(game: Game, target: Points, which: tuple[int, int, int], a: int) -> list[dict[str, Any]]:
    """Return the payoff of action `a` of members of `i` where `number` of them take `main` and the others `rest`."""
    i, main, rest = which
    axis = game.lattice.axes[i]
    numbers = np.unique(np.linspace(0, axis.members, min(axis.members, 120) + 1).astype(int))
    rows = []
    for number in numbers:
        row = np.zeros(axis.actions, dtype=np.int64)
        row[main] += number
        row[rest] += axis.members - number
        if row[a]:
            point = tuple(np.array([axis.row(row)]) if j == i else there for j, there in enumerate(target))
            rows.append({"number": int(number), "payoff": float(game.payoff(i, a, point)[0]), "choice": game.label(i, a)})
    return rows


def charges(game: CostGame, found: dict[str, Allocation], paid: Allocation | None, k: int) -> dict[str, Any]:
    """Return bars: the charge of a member of class `k` under each rule; a rule to which nobody objects stands out."""
    rules = {name: one for name, one in found.items() if name != "core"} | ({"paid": paid} if paid is not None and paid.rule == "paid" else {})
    core = {True: "nobody objects", False: "somebody objects, or it misses the cost", None: "nobody found who objects"}
    values = [{"rule": RULE_NAMES.get(name, name), "charge": one.charges[k], "core": core[one.in_core]} for name, one in rules.items()]
    return _chart(
        f"{game.label(k)}: charge per member",
        values,
        mark={"type": "bar", "cornerRadius": 2, "tooltip": True},
        height=26 * len(values),
        encoding={
            "y": {"field": "rule", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 240}},
            "x": {"field": "charge", "type": "quantitative", "title": game.unit or "charge"},
            "color": {
                "field": "core",
                "type": "nominal",
                "title": None,
                "legend": {"orient": "top"},
                "scale": {"domain": list(core.values()), "range": [ACCENT, MUTED]},
            },
        },
    )


def largest_stakeholder(game: Game) -> str:
    """Return the free stakeholder with the most members."""
    free: Sequence[int] = [i for i, axis in enumerate(game.lattice.axes) if axis.committed is None] or range(len(game.names))
    return game.names[max(free, key=lambda i: game.members[i])]
