"""The phases of a workshop and what may follow what."""

from __future__ import annotations

from typing import Literal, get_args

Phase = Literal["draft", "lobby", "briefing", "predict", "decide", "closed", "revealed", "negotiate", "agree", "debrief", "archived"]
PHASES: tuple[Phase, ...] = get_args(Phase)
FOLLOWING: dict[Phase, tuple[Phase, ...]] = {
    "draft": ("lobby",),
    "lobby": ("briefing", "predict", "decide"),
    "briefing": ("predict", "decide", "lobby"),
    "predict": ("decide",),
    "decide": ("closed",),
    "closed": ("revealed",),
    "revealed": ("predict", "decide", "negotiate", "debrief"),
    "negotiate": ("agree", "predict", "decide", "debrief"),
    "agree": ("predict", "decide", "negotiate", "debrief"),
    "debrief": ("archived", "negotiate", "predict", "decide"),
    "archived": (),
}
"""What the facilitator can go to from each phase; everything else is refused."""
OPENING: frozenset[Phase] = frozenset({"predict", "decide"})
"""Phases that begin a round when the one before is over."""
OVER: frozenset[Phase] = frozenset({"lobby", "briefing", "revealed", "negotiate", "agree", "debrief"})
"""Phases in which no round is running."""
TOLD: dict[Phase, str] = {
    "draft": "being prepared",
    "lobby": "people are taking their seats",
    "briefing": "the situation is explained",
    "predict": "everybody says what they expect",
    "decide": "everybody decides",
    "closed": "decisions are in",
    "revealed": "the results are shown",
    "negotiate": "proposals are on the table",
    "agree": "everybody votes",
    "debrief": "looking back",
    "archived": "finished",
}
"""Each phase in words."""
