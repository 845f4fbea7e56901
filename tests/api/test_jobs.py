"""Long computations: estimated, watched, stopped, remembered, and taken up again after a restart."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import work
from api.jobs import QUOTA, Jobs, Question, TooManyJobsError
from api.limits import limited
from api.storage.answers import Answers
from api.storage.database import open_engine
from api.storage.migrate import upgrade
from negotiation.answers.request import Request
from negotiation.errors import SolverError, TimedOutError, TooLargeError
from negotiation.settings import Settings

GAME = """
title: Dues
money: USD per year
stakeholders: {firms: {members: 5, actions: [pay, stay]}}
payoffs: {firms: {pay: "2 * count(firms, pay) - 3", stay: "2 * count(firms, pay) - fine"}}
target: {profile: {firms: pay}}
parameters: {fine: 0}
levers: {fines: {set: {fine: 2}}}
"""
VERDICT = Question("verdict", work.Source("dues", GAME), Request(Settings((), None, ("fines",)), None, {}))


class ByHand(Executor):
    """An executor that does what it was given when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Any, tuple[Any, ...]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, fn, args))
        return future

    def step(self) -> None:
        future, fn, args = self.waiting.pop(0)
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(fn(*args))
            except Exception as error:
                future.set_exception(error)


Made = tuple[Jobs, ByHand]


@pytest.fixture
def start(database: Callable[[], str]) -> Iterator[Callable[[], Made]]:
    """Start with the same database, as often as asked."""
    engine = open_engine(database())
    upgrade(engine)

    def begun() -> Made:
        hand = ByHand()
        return Jobs(engine, lambda: hand, Answers(engine, "1"), 10.0), hand

    yield begun
    engine.dispose()


@pytest.fixture
def made(start: Callable[[], Made]) -> Made:
    return start()


def test_a_question_can_be_written_down_and_read_again() -> None:
    again = Question.read(VERDICT.as_text())
    assert again.as_text() == VERDICT.as_text()
    assert again.hash("1") == VERDICT.hash("1") != VERDICT.hash("2")


def test_a_job_is_queued_done_and_remembered(made: Made) -> None:
    jobs, hand = made
    first = jobs.submit("me", VERDICT, "small")
    assert (first["state"], first["estimate"], first["answer"]) == ("queued", "small", None)
    hand.step()
    found = jobs.get(first["name"])
    assert found["state"] == "done"
    assert found["answer"]["verdict"] == "stable"
    again = jobs.submit("me", VERDICT, "small")
    assert (again["state"], again["answer"]) == ("done", found["answer"])
    assert hand.waiting == [], "nothing is worked out twice"


def test_a_waiting_job_can_be_cancelled_and_a_running_one_is_asked_to_end(made: Made) -> None:
    jobs, hand = made
    name = jobs.submit("me", VERDICT, "")["name"]
    assert jobs.cancel(name)["state"] == "cancelled"
    hand.step()
    other = jobs.submit("me", VERDICT, "")["name"]
    future, _, args = hand.waiting[0]
    assert future.set_running_or_notify_cancel()
    link: work.Link = args[3]
    link.tell(0.25, "looking")
    assert {key: jobs.get(other)[key] for key in ("state", "progress", "said")} == {"state": "running", "progress": 0.25, "said": "looking"}
    jobs.cancel(other)
    assert link.stopped()
    future.set_result({"part": 1})
    assert (jobs.get(other)["state"], jobs.get(other)["answer"]) == ("cancelled", {"part": 1})
    assert jobs.submit("me", VERDICT, "")["state"] == "queued", "what was cut short is not kept as the answer"


def test_what_goes_wrong_is_told(made: Made) -> None:
    jobs, hand = made
    name = jobs.submit("me", Question("no_such_analysis", VERDICT.source, VERDICT.request), "")["name"]
    hand.step()
    assert jobs.get(name)["state"] == "failed"
    assert "no_such_analysis" in jobs.get(name)["problem"]["detail"]
    broken = jobs.submit("me", VERDICT, "")["name"]
    future, _, _ = hand.waiting.pop()
    future.set_exception(MemoryError())
    assert jobs.get(broken)["problem"]["title"] == "The computation broke off"


def test_an_owner_has_a_quota_and_others_are_not_held_up(made: Made) -> None:
    jobs, hand = made
    for _ in range(QUOTA):
        jobs.submit("me", VERDICT, "")
    with pytest.raises(TooManyJobsError):
        jobs.submit("me", VERDICT, "")
    jobs.submit("you", VERDICT, "")
    hand.step()
    jobs.submit("me", VERDICT, "")


def test_after_a_restart_jobs_are_taken_up_again(start: Callable[[], Made]) -> None:
    jobs, _ = start()
    name = jobs.submit("me", VERDICT, "")["name"]
    jobs.close()
    later, hand = start()
    assert later.resume() == 1
    hand.step()
    assert later.get(name)["state"] == "done"
    assert later.resume() == 0


def test_a_game_beyond_the_limits_is_refused_before_it_begins() -> None:
    crowd = {name: {"members": 50, "actions": [f"a{k}" for k in range(10)]} for name in (f"s{k}" for k in range(25))}
    payoffs = {name: dict.fromkeys(one["actions"], "1") for name, one in crowd.items()}  # type: ignore[call-overload]
    text = json.dumps({"title": "Crowd", "money": "USD", "stakeholders": crowd, "payoffs": payoffs})
    source = work.Source("crowd", text)
    with pytest.raises(TooLargeError, match="count profiles"):
        work.estimate("verdict", source, Request())


def test_a_job_that_goes_on_for_ever_is_ended() -> None:
    def forever() -> None:
        while True:
            pass

    with pytest.raises(TimedOutError):
        limited(0.2, forever, ())
    with pytest.raises(SolverError):
        limited(1.0, lambda: (_ for _ in ()).throw(MemoryError()).__next__(), ())


def test_long_computations_over_http(client: TestClient) -> None:
    asked = {"game": "child_labour_monitoring", "options": {}}
    begun = client.post("/api/jobs/levers", json=asked)
    assert begun.status_code == 202
    assert "count profiles" in begun.json()["estimate"]
    address = begun.headers["location"]
    while (found := client.get(address).json())["state"] in ("queued", "running"):
        time.sleep(0.2)
    assert (found["state"], found["problem"]) == ("done", None)
    assert client.post("/api/jobs/levers", json=asked).json()["state"] == "done"
    assert client.get("/api/jobs/" + "0" * 32).status_code == 404
    assert client.post("/api/jobs/nonsense", json=asked).status_code == 404
