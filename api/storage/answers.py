"""Answers that were worked out before, by the hash of what was asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from .tables import ANSWER

MOST = 2_000
"""Answers that are kept; the oldest go first."""
LONGEST = 2_000_000
"""Letters of an answer that is kept at most."""


class Answers:
    """Answers in a database.

    Parameters
    ----------
    engine : Engine
    version : str
        The engine's version: another one may answer differently.
    """

    def __init__(self, engine: Engine, version: str) -> None:
        self._engine = engine
        self._writing = engine.execution_options(writes=True)
        self.version = version

    def get(self, key: str) -> dict[str, Any] | None:
        """Return an answer; None where it was never worked out."""
        with self._engine.connect() as connection:
            text = connection.execute(select(ANSWER.c.answer).where(ANSWER.c.hash == key)).scalar_one_or_none()
        answer: dict[str, Any] | None = None if text is None else json.loads(text)
        return answer

    def put(self, key: str, answer: dict[str, Any]) -> None:
        """Keep an answer."""
        text = json.dumps(answer)
        if len(text) > LONGEST:
            return
        try:
            with self._writing.begin() as connection:
                connection.execute(insert(ANSWER), {"hash": key, "answer": text, "asked_at": datetime.now(UTC).isoformat()})
                newest = select(ANSWER.c.hash).order_by(ANSWER.c.asked_at.desc()).limit(MOST)
                connection.execute(delete(ANSWER).where(ANSWER.c.hash.not_in(newest.scalar_subquery())))
        except IntegrityError:  # somebody worked the same out in the same moment
            return
