"""Long computations beside the event loop: queued, estimated first, watched, cancelled, taken up again after a restart, and kept."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, delete, func, insert, select, update

from negotiation.answers.request import Request
from negotiation.errors import NegotiationError, UnknownNameError
from negotiation.settings import Settings

from .problems import kind_of
from .storage.answers import Answers
from .storage.tables import JOB
from .work import Link, Source, job

logger = logging.getLogger(__name__)
QUOTA = 4
"""Jobs that one owner may have waiting or running."""
DAYS = 7
"""Days after which a job that is over is forgotten."""
OPEN = ("queued", "running")


class TooManyJobsError(NegotiationError):
    """An owner has as many jobs as allowed."""

    status = 429
    title = "Too many jobs"


@dataclass(frozen=True)
class Question:
    """What a job works out: an analysis of a game under settings."""

    analysis: str
    source: Source
    request: Request

    def as_text(self) -> str:
        """Return it as text, to be taken up again later."""
        settings = self.request.settings
        said = {"analysis": self.analysis, "source": vars(self.source), "set": dict(settings.set), "scenario": settings.scenario}
        return json.dumps(said | {"levers": settings.levers, "charges": self.request.charges, "options": dict(self.request.options or {})}, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Question:
        """Read what :meth:`as_text` wrote."""
        said = json.loads(text)
        settings = Settings(tuple(said["set"].items()), said["scenario"], tuple(said["levers"]))
        return cls(said["analysis"], Source(**said["source"]), Request(settings, said["charges"], said["options"]))

    def hash(self, version: str) -> str:
        """Return what names its answer: the game, the settings and the engine's version."""
        return hashlib.sha256(f"{version}\n{self.as_text()}".encode()).hexdigest()


class Jobs:
    """Long computations of a server.

    Parameters
    ----------
    engine : Engine
    executor : callable
        Makes the executor that does the work: a pool of processes here, a cluster's elsewhere; anything with the standard interface.
    answers : Answers
        Answers that are kept.
    seconds : float
        After how long a job returns what it has.
    """

    def __init__(self, engine: Engine, executor: Callable[[], Executor], answers: Answers, seconds: float) -> None:
        self._engine = engine
        self._writing = engine.execution_options(writes=True)
        self._make = executor
        self._executor: Executor | None = None
        self._answers = answers
        self._seconds = seconds
        self._folder = Path(tempfile.mkdtemp(prefix="negotiation-jobs-"))
        self._running: dict[str, Future[dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def resume(self) -> int:
        """Take up again what was waiting or running when the server ended; return how many jobs."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(JOB.c.name, JOB.c.question).where(JOB.c.state.in_(OPEN)).order_by(JOB.c.created_at)).all()
        for name, question in rows:
            self._start(name, Question.read(question))
        with self._writing.begin() as connection:
            old = (datetime.now(UTC) - timedelta(days=DAYS)).isoformat()
            connection.execute(delete(JOB).where(JOB.c.changed_at < old, JOB.c.state.not_in(OPEN)))
        return len(rows)

    def submit(self, owner: str, question: Question, estimate: str) -> dict[str, Any]:
        """Queue a job.

        Parameters
        ----------
        owner : str
            Who asks; each owner has a quota.
        question : Question
        estimate : str
            How large it is, in words.

        Returns
        -------
        dict
            The job as :meth:`get` returns it.

        Raises
        ------
        TooManyJobsError
        """
        name, now = uuid4().hex, datetime.now(UTC).isoformat()
        row = {"name": name, "owner": owner, "state": "queued", "question": question.as_text(), "progress": 0.0, "said": "", "estimate": estimate}
        with self._lock, self._writing.begin() as connection:
            waiting = connection.execute(select(func.count()).select_from(JOB).where(JOB.c.owner == owner, JOB.c.state.in_(OPEN))).scalar_one()
            if waiting >= QUOTA:
                raise TooManyJobsError(f"you have {waiting} jobs waiting or running", "wait for one to end, or cancel one")
            connection.execute(insert(JOB), row | {"answer": None, "problem": None, "created_at": now, "changed_at": now})
        self._start(name, question)
        return self.get(name)

    def get(self, name: str) -> dict[str, Any]:
        """Return how a job stands: its state, progress (share and words), answer or problem.

        Raises
        ------
        UnknownNameError
        """
        with self._engine.connect() as connection:
            row = connection.execute(select(JOB).where(JOB.c.name == name)).mappings().first()
        if row is None:
            raise UnknownNameError("there is no such job", f"jobs are kept for {DAYS} days")
        found = {key: row[key] for key in ("name", "state", "estimate", "created_at", "changed_at")}
        share, said = (row["progress"], row["said"]) if row["state"] not in OPEN else self._link(name).told()
        answer, problem = (None if row[key] is None else json.loads(row[key]) for key in ("answer", "problem"))
        running = row["state"] == "queued" and (share > 0 or bool(said))
        return found | {"state": "running" if running else row["state"], "progress": share, "said": said, "answer": answer, "problem": problem}

    def counts(self) -> dict[str, int]:
        """Return how many jobs there are in each state."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(JOB.c.state, func.count()).group_by(JOB.c.state)).all()
        return {row[0]: row[1] for row in rows}

    def cancel(self, name: str) -> dict[str, Any]:
        """Stop a job; what it has found by then is its answer, where the analysis can say so."""
        self.get(name)
        future = self._running.get(name)
        if future is not None and not future.cancel():
            self._link(name).stop()
        elif future is not None:
            self._end(name, "cancelled", None, None)
        return self.get(name)

    def close(self) -> None:
        """End at once; what runs is taken up again at the next start."""
        with self._lock:
            executor, self._executor = self._executor, None
        for name in list(self._running):
            self._link(name).stop()
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)

    def _link(self, name: str) -> Link:
        return Link(str(self._folder / name))

    def _start(self, name: str, question: Question) -> None:
        known = self._answers.get(question.hash(self._answers.version))
        if known is not None:
            self._end(name, "done", known, None)
            return
        with self._lock:
            self._executor = self._executor or self._make()
            executor = self._executor
        started = time.monotonic()
        future = executor.submit(job, question.analysis, question.source, question.request, self._link(name), self._seconds)
        self._running[name] = future
        future.add_done_callback(lambda done: self._over(name, question, done, time.monotonic() - started))

    def _over(self, name: str, question: Question, done: Future[dict[str, Any]], seconds: float) -> None:
        """Keep what came of a job; called by the executor."""
        self._running.pop(name, None)
        if self._executor is None or done.cancelled():
            return  # the server is ending: the job stays as it is, to be taken up again
        try:
            error = done.exception()
            if isinstance(error, NegotiationError):
                self._end(name, "failed", None, {"type": f"/problems/{kind_of(error)}", "title": error.title, "detail": error.message, "remedy": error.remedy})
            elif error is not None:
                logger.error("a job broke off", exc_info=error)
                self._end(name, "failed", None, {"type": "/problems/solver", "title": "The computation broke off", "detail": "probably for lack of memory"})
                self._renew()
            else:
                stopped = self._link(name).stopped()
                if not stopped and seconds < self._seconds:
                    self._answers.put(question.hash(self._answers.version), done.result())
                self._end(name, "cancelled" if stopped else "done", done.result(), None)
        except Exception:
            logger.exception("the end of a job could not be kept")

    def _renew(self) -> None:
        with self._lock:
            broken, self._executor = self._executor, None
        if broken is not None:
            broken.shutdown(wait=False)

    def _end(self, name: str, state: str, answer: dict[str, Any] | None, problem: dict[str, Any] | None) -> None:
        share, said = self._link(name).told()
        values = {"state": state, "progress": 1.0 if state == "done" else share, "said": said, "changed_at": datetime.now(UTC).isoformat()}
        texts = {"answer": None if answer is None else json.dumps(answer), "problem": None if problem is None else json.dumps(problem)}
        with self._writing.begin() as connection:
            connection.execute(update(JOB).where(JOB.c.name == name).values(**values, **texts))
        self._link(name).clear()
