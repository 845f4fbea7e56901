"""Charts as Vega-Lite specifications: one source for pages and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .coalitional.allocation import Allocation
from .coalitional.cost_game import CostGame
from .governance.frameworks.bundles import BundleTable, Effect
from .governance.levers.interaction import Interactions
from .governance.verdict import Verdict
from .numerics import plain, shown
from .report.costs import RULE_NAMES
from .strategic.game import Game, Points
from .strategic.pure import deviations

ACCENT, SOFT, MUTED, WARNING = "#0f5c6e", "#8fbcc7", "#c3cbcf", "#b4532a"
TOLD = {"chosen, nobody objects": ACCENT, "chosen, not accepted by all": WARNING, "nobody objects": SOFT, "somebody objects, or it misses the cost": MUTED}
"""How an allocation is received, and its colour."""
FONT = "'Source Sans 3', 'Noto Sans', system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
ROOM = {"left": 5, "top": 5, "bottom": 5, "right": 36}
"""Where numbers stand beside bars."""
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
    y = {"field": "who", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 170}}
    title = ["gain from the best other choice", f"({game.money} per member)"]
    x = {"field": "gain", "type": "quantitative", "title": title, "axis": {"tickCount": 4, "format": "~s", "labelOverlap": True}}
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
    return _chart(heading, rows, height=34 * len(rows), padding=ROOM, encoding={"y": y, "x": x}, layer=layers)


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


def charges(game: CostGame, found: Mapping[str, Allocation], chosen: str | None, k: int) -> dict[str, Any]:
    """Return bars: the charge of a member of class `k` under each rule; rules that charge all alike share a bar, the chosen one stands out.

    Parameters
    ----------
    game : CostGame
    found : mapping of str to Allocation
    chosen : str or None
        The rule that stands out, one of `found`.
    k : int
        The class.
    """
    alike: dict[tuple[object, ...], list[str]] = {}
    for name, one in found.items():
        alike.setdefault((*(shown(charge) for charge in one.charges), one.in_core), []).append(name)
    values = []
    for names in alike.values():
        first = chosen if chosen in names else names[0]
        titles = [RULE_NAMES.get(name, name) for name in (first, *(name for name in names if name != first))]
        label = titles[0] if len(titles) == 1 else f"{titles[0]} (+{len(titles) - 1})"
        values.append({"rule": label, "rules": ", ".join(titles), "charge": found[first].charges[k], "told": _told(found[first], chosen in names)})
    told = [(word, colour) for word, colour in TOLD.items() if any(row["told"] == word for row in values)]
    scale = {"domain": [word for word, _ in told], "range": [colour for _, colour in told]}
    bars = {
        "mark": {"type": "bar", "cornerRadius": 2},
        "encoding": {"color": {"field": "told", "type": "nominal", "title": None, "legend": None, "scale": scale}},
    }
    numbers = {
        "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 12},
        "encoding": {"text": {"field": "charge", "type": "quantitative", "format": ",.4~r"}},
    }
    said = [{"field": "rules", "title": "rules"}, {"field": "charge", "title": "charge", "format": ",.4~r"}, {"field": "told", "title": "accepted?"}]
    y = {"field": "rule", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 190}}
    x = {"field": "charge", "type": "quantitative", "title": game.unit or "charge", "axis": {"tickCount": 4, "format": "~s"}}
    title = f"{game.label(k)}: {'charge' if game.kind == 'cost' else 'share'} per member"
    return _chart(title, values, height=24 * len(values), padding=ROOM, encoding={"y": y, "x": x, "tooltip": said}, layer=[bars, numbers])


def _told(one: Allocation, chosen: bool) -> str:
    """Say in a word or two how an allocation is received, and whether it is the chosen one."""
    accepted = one.in_core is not False
    if chosen:
        return "chosen, nobody objects" if accepted else "chosen, not accepted by all"
    return "nobody objects" if accepted else "somebody objects, or it misses the cost"


def interaction_map(found: Interactions) -> dict[str, Any]:
    """Return a heat map: how much more (or less) each pair of levers brings together than each by itself, in percent of all members."""
    table = found.table
    order = [table.definition.levers[name].label or name for name in table.levers]
    labels = dict(zip(table.levers, order, strict=True))
    values = []
    for one in found.pairs:
        row = {"index": 100 * one.index, "label": one.label, "first": labels[one.first], "second": labels[one.second]}
        values += [row, {**row, "first": row["second"], "second": row["first"]}]
    most = max((abs(float(row["index"])) for row in values), default=0.0) or 1.0
    axis = {"type": "nominal", "title": None, "sort": order, "scale": {"domain": order}}
    said = [{"field": "first", "title": "lever"}, {"field": "second", "title": "with"}, {"field": "index", "title": "% of members", "format": "+.3~r"}]
    colour = {
        "field": "index",
        "type": "quantitative",
        "title": "% of members",
        "scale": {"domain": [-most, 0, most], "range": [WARNING, "#f4f6f7", ACCENT], "interpolate": "rgb"},
        "legend": {"orient": "top", "gradientLength": 200, "titleLimit": 300},
    }
    x = {**axis, "field": "second", "axis": {"labelAngle": -50, "labelLimit": 190}}
    y = {**axis, "field": "first", "axis": {"labelLimit": 240}}
    squares = {"mark": {"type": "rect", "cornerRadius": 2, "stroke": "white"}, "encoding": {"color": colour}}
    strong = {"condition": {"test": f"abs(datum.index) > {0.6 * most!r}", "value": "white"}, "value": "#1d2b31"}
    number = {"field": "index", "type": "quantitative", "format": "+.2~r"}
    numbers = {
        "mark": {"type": "text", "fontSize": 11},
        "encoding": {"text": number, "color": strong},
        "transform": [{"filter": f"abs(datum.index) > {most / 50!r}"}],
    }
    title = "Which levers help each other, and which do each other's work"
    encoding = {"x": x, "y": y, "tooltip": [*said, {"field": "label", "title": "they are"}]}
    return _chart(title, values, height=26 * len(order), encoding=encoding, layer=[squares, numbers])


def bundle_bars(table: BundleTable, effect: Effect) -> dict[str, Any]:
    """Return bars: the share of members that goes on cooperating without any bundle, with this one alone, without only this one, with all."""
    kept = table.table.kept.cooperation
    shares = {"nothing": kept[0], "this alone": effect.kept_alone, "all but this": kept[table.all] - effect.lost_without, "all": kept[table.all]}
    values = [{"with": name, "share": float(share), "this": name == "this alone"} for name, share in shares.items()]
    x = {
        "field": "share",
        "type": "quantitative",
        "title": "members who go on cooperating",
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%", "tickCount": 3},
    }
    y = {"field": "with", "type": "nominal", "title": None, "sort": None}
    colour = {"field": "this", "type": "nominal", "legend": None, "scale": {"domain": [True, False], "range": [ACCENT, MUTED]}}
    said = [{"field": "with", "title": "with"}, {"field": "share", "title": "go on cooperating", "format": ".1%"}]
    bars = {"mark": {"type": "bar", "cornerRadius": 2}, "encoding": {"color": colour, "tooltip": said}}
    numbers = {
        "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11},
        "encoding": {"text": {"field": "share", "type": "quantitative", "format": ".2~%"}},
    }
    return _chart(effect.label, values, height=80, padding=ROOM, encoding={"x": x, "y": y}, layer=[bars, numbers])


def largest_stakeholder(game: Game) -> str:
    """Return the free stakeholder with the most members."""
    free: Sequence[int] = [i for i, axis in enumerate(game.lattice.axes) if axis.committed is None] or range(len(game.names))
    return game.names[max(free, key=lambda i: game.members[i])]
