"""What is deleted is deleted: from the database, from what stands beside it, and from every copy that the server keeps."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from api.doctor import worked_out
from api.local import workshops_in
from api.storage.backups import PART, backup, backups, copy, restore
from api.storage.database import StorageError, is_sqlite, open_engine
from api.storage.migrate import upgrade
from api.workshop.moves.rights import Actor
from api.workshop.moves.table import MOVES
from api.workshop.plan import Plan
from api.workshops import Made, Workshops
from negotiation import cli
from tests.workshop.table import GAME

OWNER = Actor("owner")


def played(workshops: Workshops, title: str) -> Made:
    """Play a round, and wait for the copy that its end makes."""
    before = len(backups(workshops.engine))
    made = workshops.make(Plan(title=title, game=GAME, consent=f"{title} " * 80))
    for phase in ("lobby", "decide", "closed", "revealed"):
        workshops.act(made.tables[0][0], OWNER, MOVES["go"], MOVES["go"].body(to=phase), {}, key=f"{title} goes on to {phase}").result()
    end = time.monotonic() + 30
    while len(backups(workshops.engine)) == before:
        assert time.monotonic() < end
        time.sleep(0.02)
    return made


def holding(folder: Path, text: bytes) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and text in file.read_bytes())


def test_a_deleted_workshop_is_out_of_every_copy_while_the_server_runs(tmp_path: Path) -> None:
    with workshops_in(f"sqlite:///{tmp_path}/w.db") as workshops:
        gone, stays = played(workshops, "Zainab"), played(workshops, "Amina")
        backup(workshops.engine, gone.workshop)
        copies = backups(workshops.engine)
        os.utime(copies[0], (1_700_000_000, 1_700_000_000))
        copy(tmp_path / "w.db", tmp_path / "w.db.0000.backup")
        copy(tmp_path / "w.db", tmp_path / "w.db.before-restore-20260101T000000000000Z")
        assert len(holding(tmp_path, b"Zainab")) >= len(copies) + 2, "otherwise this test shows nothing"
        assert workshops.delete(gone.workshop) == 1
        assert holding(tmp_path, b"Zainab") == []
        assert backups(workshops.engine) == copies
        assert copies[0].stat().st_mtime == 1_700_000_000, "it is as old as it was"
        assert holding(tmp_path, b"Amina")
        assert workshops.see(stays.tables[0][0], OWNER)["phase"] == "revealed"
    engine = open_engine(f"sqlite:///{copies[-1]}")
    upgrade(engine)
    assert worked_out(engine) == (1, 1)
    engine.dispose()


def test_a_copy_without_it_still_takes_the_place_of_the_database(tmp_path: Path) -> None:
    with workshops_in(f"sqlite:///{tmp_path}/w.db") as workshops:
        gone, stays = played(workshops, "Zainab"), played(workshops, "Amina")
        backup(workshops.engine, stays.workshop)
        newest = backups(workshops.engine)[-1]
        workshops.delete(gone.workshop)
    restore(newest, tmp_path / "w.db")
    with workshops_in(f"sqlite:///{tmp_path}/w.db") as workshops:
        assert worked_out(workshops.engine) == (1, 1)
        assert [row["title"] for row in workshops.tables(stays.workshop)] == ["Amina"]
        assert workshops.keys.find(gone.secret) is None
        assert workshops.keys.find(stays.secret) is not None


def test_what_cannot_be_taken_out_of_a_copy_is_not_called_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with workshops_in(f"sqlite:///{tmp_path}/w.db") as workshops:
        gone = played(workshops, "Zainab")
        backup(workshops.engine, gone.workshop)
        connect = sqlite3.connect
        monkeypatch.setattr(sqlite3, "connect", lambda *words, **more: connect(*words, **more | {"timeout": 0.1}))
        with closing(connect(backups(workshops.engine)[-1], isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StorageError, match="still there"):
                workshops.delete(gone.workshop)
        assert workshops.see(gone.tables[0][0], OWNER)["title"] == "Zainab"
        assert workshops.delete(gone.workshop) == 1
        assert holding(tmp_path, b"Zainab") == []


def test_a_damaged_copy_goes_with_what_it_held(tmp_path: Path) -> None:
    with workshops_in(f"sqlite:///{tmp_path}/w.db") as workshops:
        gone = played(workshops, "Zainab")
        backup(workshops.engine, gone.workshop)
        broken = backups(workshops.engine)[-1]
        broken.write_bytes(b"no database " * 100 + b"Zainab")
        workshops.delete(gone.workshop)
        assert not broken.exists()
        assert holding(tmp_path, b"Zainab") == []


def test_the_command_says_what_deleting_reached(database: Callable[[], str], capsys: pytest.CaptureFixture[str]) -> None:
    url = database()
    with workshops_in(url) as workshops:
        gone, stays = played(workshops, "Zainab"), played(workshops, "Amina")
        assert backups(workshops.engine, "" if is_sqlite(url) else gone.workshop)
    assert cli.main(["forget", gone.workshop, "--database", url]) == 0
    assert "out of the copies beside the database, too" in capsys.readouterr().out
    engine = open_engine(url)
    if not is_sqlite(url):
        assert backups(engine, gone.workshop) == []
    assert backups(engine, "" if is_sqlite(url) else stays.workshop)
    assert worked_out(engine) == (1, 1)
    engine.dispose()


def test_two_who_copy_at_once_leave_each_other_in_peace(tmp_path: Path) -> None:
    with workshops_in(f"sqlite:///{tmp_path}/w.db") as workshops:
        made = played(workshops, "Amina")
        left = tmp_path / "w.db.backups" / f"left.db{PART}"
        left.touch()
        assert backup(workshops.engine, made.workshop) is not None
        assert left.exists(), "somebody may be at work on it"
        os.utime(left, (1_700_000_000, 1_700_000_000))
        assert backup(workshops.engine, made.workshop) is not None
        assert not left.exists(), "nobody is"
