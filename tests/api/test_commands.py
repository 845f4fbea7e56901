"""The server's commands, as people type them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api.doctor import examine
from api.local import workshops_in
from api.records import Records
from api.rehearse import plan_seats
from api.storage.backups import KEPT, backup, backups
from api.storage.database import open_engine
from api.storage.games import Games
from api.storage.migrate import upgrade
from api.workshop.moves.rights import Actor
from api.workshop.moves.table import MOVES
from api.workshop.plan import Plan
from negotiation import cli
from negotiation.errors import IllegalMoveError
from tests.workshop.table import GAME


class Kept:
    """A database with one workshop in which a round was revealed."""

    def __init__(self, url: str) -> None:
        self.url = url
        with workshops_in(self.url) as workshops:
            self.made = workshops.make(Plan(title="Kept", game=GAME))
            move = MOVES["go"]
            for phase in ("lobby", "decide", "closed", "revealed"):
                workshops.act(self.made.tables[0][0], Actor("owner"), move, move.body(to=phase), {}).result()
        self.engine = open_engine(self.url)

    def change(self, statement: str) -> None:
        """Do by hand what the program never does."""
        with self.engine.execution_options(writes=True).begin() as connection:
            connection.execute(text(statement))


@pytest.fixture
def kept(database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.setenv("NEGOTIATION_BACKUPS", str(tmp_path))
    found = Kept(database())
    yield found
    found.engine.dispose()


@pytest.fixture
def kept_in_a_file(tmp_path: Path) -> Iterator[Kept]:
    found = Kept(f"sqlite:///{tmp_path}/kept.db")
    yield found
    found.engine.dispose()


def negotiate(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = cli.main(list(words))
    out, err = capsys.readouterr()
    return status, out, err


def checks(url: str) -> dict[str, Any]:
    return {check.name: check for check in examine(url, 1)}


def test_a_machine_with_nothing_wrong_is_ready(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = negotiate(capsys, "doctor", "--database", kept.url, "--json")
    found = json.loads(out)
    assert (status, found["ready"]) == (0, True)
    told = {check["name"]: check["found"] for check in found["checks"]}
    assert told["records"] == "1 tables whole, 1 rounds came out again the same"
    assert "the newest backup opens: 1 tables, 1 rounds" in told["restore drill"]


def test_a_reveal_makes_a_backup_and_only_so_many_are_kept(kept: Kept) -> None:
    assert len(backups(kept.engine)) == 1
    for _ in range(KEPT + 3):
        assert backup(kept.engine, kept.made.workshop) is not None
    assert len(backups(kept.engine)) == KEPT


def test_damage_is_found_wherever_it_is(kept: Kept) -> None:
    kept.change("UPDATE event SET data = replace(data, 'decide', 'decidE') WHERE number = 3")
    assert checks(kept.url)["records"].health == "ill"
    newest = backups(kept.engine)[-1]
    newest.write_bytes(newest.read_bytes()[:5000] + b"x" * 4000 + newest.read_bytes()[9000:])
    assert checks(kept.url)["restore drill"].health == "ill"


def test_a_clock_before_the_last_event_is_pointed_out(kept: Kept) -> None:
    kept.change("UPDATE event SET at = '2999-01-01T00:00:00+00:00' WHERE number = 5")
    assert checks(kept.url)["clock"].health == "look"


def test_an_archive_is_checked_and_opened_elsewhere(kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with workshops_in(kept.url) as workshops:
        whole = Records(workshops).archive(kept.made.workshop)
    file = tmp_path / "evening.workshop.json"
    file.write_text(json.dumps(whole), encoding="utf-8")
    elsewhere = f"sqlite:///{tmp_path}/elsewhere.db"
    assert negotiate(capsys, "restore", str(file), "--check", "--database", elsewhere)[0] == 0
    status, out, _ = negotiate(capsys, "restore", str(file), "--database", elsewhere, "--json")
    assert status == 0
    assert json.loads(out)["workshop"] == kept.made.workshop
    assert checks(elsewhere)["records"].found == "1 tables whole, 1 rounds came out again the same"
    status, _, err = negotiate(capsys, "restore", str(file), "--database", elsewhere)
    assert status == 2
    assert "here already" in err


def test_a_backup_takes_the_place_of_the_database_and_the_former_one_is_kept(kept_in_a_file: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    kept = kept_in_a_file
    copy = backups(kept.engine)[-1]
    kept.change("DELETE FROM event")
    kept.engine.dispose()
    status, out, _ = negotiate(capsys, "restore", str(copy), "--database", kept.url, "--json")
    assert status == 0
    assert Path(json.loads(out)["former"]).exists()
    assert checks(kept.url)["records"].found == "1 tables whole, 1 rounds came out again the same"


def test_what_cannot_be_opened_is_one_line_with_a_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "odd.json").write_text('{"format": "zip"}', encoding="utf-8")
    for words in (("restore", str(tmp_path / "none")), ("restore", str(tmp_path / "odd.json")), ("forget", "abc", "--database", f"sqlite:///{tmp_path}/f.db")):
        status, out, err = negotiate(capsys, *words)
        assert (status, out, err.count("\n")) == (2, "", 1), words


def test_a_workshop_can_be_forgotten(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert negotiate(capsys, "forget", "--database", kept.url)[1].startswith("Deleted: nothing")
    assert negotiate(capsys, "forget", kept.made.workshop, "--database", kept.url)[0] == 0
    assert checks(kept.url)["records"].found == "0 tables whole, 0 rounds came out again the same"


def test_a_database_of_a_newer_version_is_left_alone(kept: Kept) -> None:
    kept.change("UPDATE alembic_version SET version_num = '9999'")
    assert "newer version" in checks(kept.url)["database"].found


def test_a_database_from_before_migrations_is_copied_then_brought_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        columns = "name TEXT PRIMARY KEY, title TEXT, summary TEXT, money TEXT, origin TEXT, shelf TEXT, text TEXT, changed_at TIMESTAMP"
        connection.execute(f"CREATE TABLE game ({columns})")
        connection.execute("INSERT INTO game VALUES ('mine', 'Mine', '', 'USD', 'saved', 'saved', 'x', '2026-01-01 00:00:00')")
    engine = open_engine(f"sqlite:///{file}")
    upgrade(engine)
    assert Games(engine).get("mine").title == "Mine"
    engine.dispose()
    assert (tmp_path / "old.db.before.backup").exists()


def test_seats_are_divided_by_members() -> None:
    form = {"stakeholders": {"firms": {"members": 10}, "office": {"members": 1}, "unions": {}}}
    assert plan_seats(form, 6) == [{"role": "firms", "seats": 4}, {"role": "office", "seats": 1}, {"role": "unions", "seats": 1}]
    with pytest.raises(IllegalMoveError, match="12 members"):
        plan_seats(form, 13)


def test_a_whole_workshop_is_rehearsed_with_thirty_seats(capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.perf_counter()
    status, out, _ = negotiate(capsys, "rehearse", "--json")
    found = json.loads(out)
    assert (status, found["seats"], found["rounds"]) == (0, 30, 2)
    assert found["seconds"] <= time.perf_counter() - begun
    assert [step["step"] for step in found["steps"]].count("everybody decided") == 2
