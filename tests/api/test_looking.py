"""`negotiate doctor` looks, and changes nothing."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from api.doctor import examine
from api.storage.database import is_sqlite, open_engine
from api.storage.games import Games
from api.storage.migrate import behind, upgrade

from .test_commands import Kept

NOTHING = hashlib.sha256(b"").hexdigest()


def examined(url: str) -> dict[str, Any]:
    return {check.name: check for check in examine(url, 1)}


def bytes_of(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A database with a workshop, from before it was written down in which form it is."""
    Kept(f"sqlite:///{tmp_path}/kept.db").engine.dispose()
    copy = tmp_path / "older" / "older.db"
    copy.parent.mkdir()
    shutil.copy2(tmp_path / "kept.db", copy)
    with closing(sqlite3.connect(copy)) as connection:
        for table in ("alembic_version", "answer", "job"):
            connection.execute(f"DROP TABLE {table}")
        for table in ("access_key", "event", "receipt", "room"):
            connection.execute(f"DROP TABLE {table}")
        connection.commit()
        connection.execute("PRAGMA journal_mode=DELETE")
    return copy


def test_a_database_of_an_older_version_is_left_as_it_is_to_the_last_byte(older: Path) -> None:
    before = bytes_of(older.parent)
    found = examined(f"sqlite:///{older}")
    assert bytes_of(older.parent) == before
    assert found["database"].health == "look"
    assert "the server would upgrade it when it starts" in found["database"].found
    assert (found["records"].health, found["clock"].health) == ("well", "well")
    assert found["records"].found.endswith("in an upgraded copy")
    engine = open_engine(f"sqlite:///{older}")
    upgrade(engine)
    assert behind(engine) is None, "the server does"
    engine.dispose()
    assert older.with_name("older.db.before.backup").exists()


def test_a_database_that_is_up_to_date_is_left_as_it_is_to_the_last_byte(tmp_path: Path) -> None:
    kept = Kept(f"sqlite:///{tmp_path}/kept.db")
    kept.engine.dispose()
    before = bytes_of(tmp_path)
    found = examined(kept.url)
    after = bytes_of(tmp_path)
    assert {name: after.get(name) for name in before} == before
    assert after.get("kept.db-wal", NOTHING) == NOTHING, "SQLite's own file beside it stays empty"
    assert set(after) - set(before) <= {"kept.db-wal", "kept.db-shm"}
    assert (found["database"].health, found["records"].found) == ("well", "1 tables whole, 1 rounds came out again the same")


def test_what_is_written_but_not_yet_in_the_file_is_seen_and_stays_there(tmp_path: Path) -> None:
    kept = Kept(f"sqlite:///{tmp_path}/kept.db")
    with kept.engine.connect() as connection:  # a server runs, and its last events are beside the file
        connection.execute(text("SELECT 1"))
        kept.change("UPDATE room SET title = 'Renamed'")
        wal = (tmp_path / "kept.db-wal").read_bytes()
        before = hashlib.sha256((tmp_path / "kept.db").read_bytes()).hexdigest()
        assert examined(kept.url)["records"].health == "well"
        assert hashlib.sha256((tmp_path / "kept.db").read_bytes()).hexdigest() == before
        assert (tmp_path / "kept.db-wal").read_bytes() == wal
    kept.engine.dispose()


def test_where_there_is_nothing_nothing_is_made(database: Callable[[], str], tmp_path: Path) -> None:
    url = database()
    found = examined(url)
    assert (found["database"].health, found["records"].found) == ("well", "none yet")
    if is_sqlite(url):
        assert not Path(url.removeprefix("sqlite:///")).exists()
        return
    engine = open_engine(url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_whoever_only_looks_can_change_nothing(database: Callable[[], str]) -> None:
    url = database()
    engine = open_engine(url)
    upgrade(engine)
    Games(engine).load_catalogue()
    engine.dispose()
    looking = open_engine(url, looking=True)
    with looking.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM game")).scalar_one() > 10
    for statement in ("DELETE FROM game", "CREATE TABLE more (name TEXT)"):
        with pytest.raises(DBAPIError), looking.connect() as connection:
            connection.execute(text(statement))
    looking.dispose()
