"""What stands in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, MetaData, Table
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


class StoredGame(SQLModel, table=True):
    """A game as text in the written form."""

    __tablename__ = "game"

    name: str = Field(primary_key=True, max_length=40)
    title: str
    summary: str = ""
    money: str
    origin: str
    shelf: str
    text: str
    changed_at: datetime


class StoredRoom(SQLModel, table=True):
    """A table of a workshop: where its log ends, and what has to be found without reading it."""

    __tablename__ = "room"

    name: str = Field(primary_key=True, max_length=40)
    workshop: str = Field(index=True, max_length=40)
    number: int
    title: str
    code: str | None = Field(default=None, unique=True, max_length=12)
    head: int = 0
    hash: str = Field(default="", max_length=64)
    phase: str = "draft"
    ends_at: float | None = Field(default=None, index=True)
    created_at: str
    delete_after: str = Field(index=True)


class StoredEvent(SQLModel, table=True):
    """One event of a log."""

    __tablename__ = "event"

    room: str = Field(primary_key=True, max_length=40, foreign_key="room.name", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    kind: str = Field(max_length=40)
    at: str = Field(max_length=40)
    actor: str = Field(max_length=60)
    data: str
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class StoredKey(SQLModel, table=True):
    """Something secret that lets its bearer act; only its hash is kept."""

    __tablename__ = "access_key"
    __table_args__ = (Index("ix_access_key_of", "workshop", "room", "seat"),)

    hash: str = Field(primary_key=True, max_length=64)
    workshop: str = Field(max_length=40)
    room: str = Field(default="", max_length=40)
    capacity: str = Field(max_length=20)
    seat: str = Field(default="", max_length=40)
    created_at: str
    revoked_at: str | None = None


class StoredReceipt(SQLModel, table=True):
    """The answer to a request that may be repeated."""

    __tablename__ = "receipt"

    room: str = Field(primary_key=True, max_length=40, foreign_key="room.name", ondelete="CASCADE")
    actor: str = Field(primary_key=True, max_length=60)
    key: str = Field(primary_key=True, max_length=80)
    asked: str = Field(max_length=64)
    answer: str


class StoredJob(SQLModel, table=True):
    """A long computation."""

    __tablename__ = "job"

    name: str = Field(primary_key=True, max_length=40)
    owner: str = Field(index=True, max_length=64)
    state: str = Field(index=True, max_length=20)
    question: str
    progress: float = 0.0
    said: str = ""
    estimate: str = ""
    answer: str | None = None
    problem: str | None = None
    created_at: str
    changed_at: str


class StoredAnswer(SQLModel, table=True):
    """The answer to a question, by the hash of game, settings and version."""

    __tablename__ = "answer"
    hash: str = Field(primary_key=True, max_length=64)
    answer: str
    asked_at: str


def _table(model: type[SQLModel]) -> Table:
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


ROOM, EVENT, KEY, RECEIPT = (_table(model) for model in (StoredRoom, StoredEvent, StoredKey, StoredReceipt))
JOB, ANSWER = _table(StoredJob), _table(StoredAnswer)
