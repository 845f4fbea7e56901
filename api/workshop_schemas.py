"""What requests and responses about workshops look like."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from .workshop.moves.seating import Taking
from .workshop.plan import Part


class TableLine(BaseModel):
    """A table of a new workshop."""

    room: str
    code: str


class MadeWorkshop(BaseModel):
    """A new workshop; the owner's secret is shown this once."""

    workshop: str
    secret: str
    tables: list[TableLine]


class Receipt(BaseModel):
    """What a move did: the version it led to, and its events."""

    version: int
    events: list[dict[str, Any]]


class SeatTaken(BaseModel):
    """A seat; the secret is for programs, browsers keep it in a cookie."""

    workshop: str
    room: str
    seat: str
    secret: str


class Joining(Taking):
    """The code of a table, and which seat."""

    code: Annotated[str, Field(min_length=4, max_length=20)]


class Opening(Part):
    """A secret to be kept by the browser."""

    secret: Annotated[str, Field(min_length=16, max_length=80, pattern="^[!-~]+$")]


class Linking(Part):
    """Whom a link is for: an assistant, somebody who enters what is on paper, a projector; for one table or for all."""

    capacity: Annotated[str, Field(pattern="^(assistant|proxy|view)$")]


class Link(BaseModel):
    """A link; its secret is shown this once."""

    capacity: str
    secret: str
