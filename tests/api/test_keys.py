"""What a secret allows is remembered for a moment, and never longer than it holds."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from api.storage import keys
from api.storage.database import open_engine
from api.storage.keys import Grant, Keys, grant, revoke
from api.storage.migrate import upgrade
from api.workshop.moves.rights import Actor

GIVEN = Grant("0123456789ab", "0123456789ab-1", Actor("seat", "s1"))


@pytest.fixture
def engine(database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(database())
    upgrade(engine)
    with engine.execution_options(writes=True).begin() as connection:
        grant(connection, "the secret of s1", GIVEN)
    yield engine
    engine.dispose()


def withdraw(engine: Engine) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        revoke(connection, GIVEN.room, "s1")


def test_a_secret_that_was_withdrawn_opens_nothing_from_then_on(engine: Engine) -> None:
    known = Keys(engine, shared=False)
    assert known.find("the secret of s1") == GIVEN
    assert known.kept("the secret of s1") == GIVEN
    withdraw(engine)
    known.forget()
    assert known.kept("the secret of s1") is None
    found = known.find("the secret of s1")
    assert found is not None
    assert found.revoked
    assert known.kept("the secret of s1") is None, "what is withdrawn is not remembered"


def test_where_several_processes_share_the_database_nothing_is_remembered(engine: Engine) -> None:
    known = Keys(engine, shared=True)
    assert known.find("the secret of s1") == GIVEN
    withdraw(engine)
    found = known.find("the secret of s1")
    assert found is not None
    assert found.revoked


def test_what_another_program_withdraws_is_noticed_after_a_moment(engine: Engine) -> None:
    now = 0.0
    known = Keys(engine, shared=False, clock=lambda: now)
    known.find("the secret of s1")
    withdraw(engine)
    now = keys.KEPT
    found = known.find("the secret of s1")
    assert found is not None
    assert found.revoked


def test_an_answer_from_before_a_withdrawal_is_not_remembered_after_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Keys(engine, shared=False)
    monkeypatch.setattr(keys, "Grant", lambda *given: _while_withdrawing(known, given))
    known.find("the secret of s1")
    assert known.kept("the secret of s1") is None


def _while_withdrawing(known: Keys, given: tuple[Any, ...]) -> Grant:
    """Answer from the database just when somebody withdraws the secret."""
    known.forget()
    return Grant(*given)


def test_unknown_secrets_are_asked_for_each_time(engine: Engine) -> None:
    known = Keys(engine, shared=False)
    assert known.find("nobody's") is None
    with engine.execution_options(writes=True).begin() as connection:
        grant(connection, "nobody's", GIVEN)
    assert known.find("nobody's") == GIVEN
