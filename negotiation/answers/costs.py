"""Who pays what: allocations of a cost by the rules people use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..catalogue import Subject
from ..coalitional import methods
from ..coalitional.allocation import Allocation
from ..coalitional.build import build_cost_game
from ..coalitional.core import Core
from ..coalitional.cost_game import CostGame
from ..errors import NotApplicableError, unknown
from ..numerics import plain
from ..settings import NO_SETTINGS
from .request import Request


@dataclass(frozen=True)
class Allocated:
    """The allocations of a cost game by every method, or by one."""

    subject: Subject
    game: CostGame
    core: Core
    allocations: dict[str, Allocation]
    method: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the allocations for JSON."""
        listed = methods.as_dict(self.core, self.allocations)
        chosen = listed if self.method is None else {self.method: listed[self.method]}
        body = {"game": self.subject.name, "unit": self.game.unit, "kind": self.game.kind, "total": self.game.total}
        return dict(
            plain({**body, "members": dict(zip(self.game.names, self.game.members, strict=True)), "core_empty": self.core.empty, "allocations": chosen})
        )


def allocate(subject: Subject, request: Request) -> Allocated:
    """Return the subject's cost allocations."""
    if subject.plain is not None and request.settings != NO_SETTINGS:
        raise NotApplicableError(f"'{subject.name}' is a plain cost game, without parameters, scenarios or levers", "leave the settings out")
    if subject.plain is None:
        subject.written.check_ranges(request.settings)
    game = subject.plain if subject.plain is not None else build_cost_game(subject.written, subject.written.values(request.settings))
    method = request.option("method")
    if method is not None and method not in methods.METHODS:
        raise unknown("allocation method", method, methods.METHODS)
    core, allocations = methods.compare(game)
    return Allocated(subject, game, core, allocations, method)
