"""The games the server knows: the catalogue, and what people saved."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from negotiation import catalogue
from negotiation.definition import read_definition
from negotiation.errors import IllegalMoveError, InvalidGameError, NegotiationError, Problem, UnknownNameError, nearest
from negotiation.validation.fields import is_name

from .database import preparing
from .tables import StoredGame

logger = logging.getLogger(__name__)
Origin = Literal["catalogue", "saved"]


class Games:
    """Games in a database.

    Parameters
    ----------
    engine : Engine
        An open database, up to date.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(writes=True)

    def load_catalogue(self) -> None:
        """Bring the catalogue's games up to date; saved games stay as they are. A file with mistakes is left out, and said so in the log."""
        with preparing(self.engine), Session(self._writing) as session:
            stored = {game.name: game for game in session.exec(select(StoredGame))}
            for name, path in catalogue.paths().items():
                text = path.read_text(encoding="utf-8")
                before = stored.get(name)
                if before is not None and (before.origin != "catalogue" or before.text == text):
                    continue
                try:
                    session.merge(_row(name, text, "catalogue", catalogue.shelf(path)))
                except NegotiationError as error:
                    logger.warning("left out: %s", error)
            session.commit()

    def listed(self) -> list[StoredGame]:
        """Return all games: clusters, saved ones, the textbook."""
        with Session(self.engine) as session:
            return list(session.exec(select(StoredGame).order_by(StoredGame.shelf, StoredGame.name)))

    def get(self, name: str) -> StoredGame:
        """Return a game.

        Raises
        ------
        UnknownNameError
            Names the nearest, or lists what there is.
        """
        with Session(self.engine) as session:
            found = session.get(StoredGame, name)
        if found is None:
            raise UnknownNameError(f"unknown game '{name}'", nearest(name, [game.name for game in self.listed()]))
        return found

    def save(self, name: str, text: str) -> StoredGame:
        """Save a game of one's own; it is committed before this returns.

        Raises
        ------
        InvalidGameError
            When the text is not a valid game, or the name cannot be used.
        IllegalMoveError
            When the catalogue has a game of that name.
        """
        if not is_name(name):
            raise InvalidGameError(
                [Problem(("name",), f"'{name[:60]}' cannot be a name", "use up to 40 letters, digits and underscores, starting with a letter")]
            )
        row = _row(name, text, "saved", "saved")
        try:
            return self._keep(row)
        except IntegrityError:  # somebody saved the same new name in the same moment: now it is there and can be replaced
            return self._keep(row)

    def _keep(self, row: StoredGame) -> StoredGame:
        with Session(self._writing, expire_on_commit=False) as session:
            stored = session.get(StoredGame, row.name)
            if stored is not None and stored.origin == "catalogue":
                raise IllegalMoveError(f"'{row.name}' is a catalogue game", "save it under another name")
            kept = session.merge(row)
            session.commit()
        return kept


def _row(name: str, text: str, origin: Origin, shelf: str) -> StoredGame:
    definition = read_definition(text, name)
    facts = {"title": definition.title, "summary": definition.summary, "money": definition.money, "text": text}
    return StoredGame(name=name, origin=origin, shelf=shelf, changed_at=datetime.now(UTC), **facts)
