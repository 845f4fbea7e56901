"""Every move with its address, who may make it, and what it takes: the routes, the client and the tests read this list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..events import Draft
from ..plan import Part
from ..room import Room
from . import dealing, playing, running, seating
from .rights import Actor, Capacity, NotAllowedError

Run = Callable[..., list[Draft]]
OWNER: tuple[Capacity, ...] = ("owner",)
LEADERS: tuple[Capacity, ...] = ("owner", "assistant")
ENTERING: tuple[Capacity, ...] = ("owner", "assistant", "proxy")
SEAT: tuple[Capacity, ...] = ("seat",)


@dataclass(frozen=True)
class Move:
    """One thing that can be done.

    Parameters
    ----------
    name : str
        Also its operation in the interface.
    path : str
        Address behind that of the table; a part in braces is an argument.
    body : type of Part
    run : callable
        ``run(room, actor, body, now, **arguments)`` returns the events that it makes, or raises.
    allowed : tuple of Capacity
    """

    name: str
    path: str
    body: type[Part]
    run: Run
    allowed: tuple[Capacity, ...]

    @property
    def about(self) -> str:
        """What it does, in a sentence."""
        return (self.run.__doc__ or "").strip()

    def __call__(self, room: Room, actor: Actor, body: Part, now: float, **arguments: str) -> list[Draft]:
        """Return the events that the move makes.

        Raises
        ------
        NotAllowedError
            When this actor may not make it.
        """
        if actor.capacity not in self.allowed:
            raise NotAllowedError(f"'{self.name.replace('_', ' ')}' is not for {actor.capacity}s", f"it is for: {', '.join(self.allowed)}")
        return self.run(room, actor, body, now, **arguments)


_ROWS = (
    Move("go", "/go", running.Going, running.go, LEADERS),
    Move("pause", "/pause", running.Reason, running.pause, LEADERS),
    Move("resume", "/resume", running.Reason, running.resume, LEADERS),
    Move("extend", "/timer", running.MoreTime, running.extend, LEADERS),
    Move("undo", "/undo", running.Reason, running.undo, OWNER),
    Move("reopen", "/reopen", running.Reason, running.reopen, OWNER),
    Move("set_terms", "/terms", running.NewTerms, running.set_terms, OWNER),
    Move("inform", "/information", running.Information, running.inform, OWNER),
    Move("display", "/display", running.Display, running.display, LEADERS),
    Move("add_seat", "/seats", seating.Adding, seating.add, LEADERS),
    Move("rename_seat", "/seats/{seat}/name", seating.Renaming, seating.rename, LEADERS),
    Move("free_seat", "/seats/{seat}/free", running.Reason, seating.free, LEADERS),
    Move("give_to_bot", "/seats/{seat}/bot", seating.Handing, seating.give_to_bot, LEADERS),
    Move("fill_with_bots", "/bots", seating.Handing, seating.fill_with_bots, LEADERS),
    Move("merge_seats", "/seats/{seat}/merge", seating.Merging, seating.merge, OWNER),
    Move("reshape_seat", "/seats/{seat}/members", seating.Reshaping, seating.reshape, OWNER),
    Move("remove_seat", "/seats/{seat}/remove", running.Reason, seating.remove, OWNER),
    Move("answer_call", "/seats/{seat}/answered", Part, playing.answer, LEADERS),
    Move("nudge", "/nudge", playing.Nudging, playing.nudge, LEADERS),
    Move("enter", "/entries", playing.Entries, playing.enter, ENTERING),
    Move("rename", "/name", seating.Renaming, seating.rename, SEAT),
    Move("expect", "/predictions", playing.Expecting, playing.expect, SEAT),
    Move("decide", "/decisions", playing.Deciding, playing.decide, SEAT),
    Move("reflect", "/reflections", playing.Saying, playing.reflect, SEAT),
    Move("call", "/calls", playing.Calling, playing.call, SEAT),
    Move("propose", "/proposals", dealing.Proposing, dealing.propose, (*LEADERS, "seat")),
    Move("withdraw", "/proposals/{proposal}/withdraw", Part, dealing.withdraw, (*LEADERS, "seat")),
    Move("vote", "/proposals/{proposal}/votes", dealing.Voting, dealing.vote, SEAT),
    Move("close_vote", "/proposals/{proposal}/close", running.Reason, dealing.close, LEADERS),
)
MOVES: dict[str, Move] = {row.name: row for row in _ROWS}
EXPIRE = Move("expire", "", Part, running.expire, ("server",))
"""The server's own move: a phase whose time is up ends."""
