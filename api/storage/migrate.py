"""Bringing a database up to date, with a copy of the old one kept beside it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from .backups import copy
from .database import StorageError, file_of, preparing

FOLDER = Path(__file__).parent / "migrations"


def configuration(engine: Engine) -> Config:
    """Return Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["engine"] = engine
    return config


def behind(engine: Engine) -> str | None:
    """Return in which form a database is where that is not the newest: a revision, or "before" where it has none; None where it is up to date.

    Raises
    ------
    StorageError
        When the database was made by a newer version.
    """
    scripts = ScriptDirectory.from_config(configuration(engine))
    with engine.connect() as connection:
        now = MigrationContext.configure(connection).get_current_revision()
    if now == scripts.get_current_head():
        return None
    if now is not None and now not in {script.revision for script in scripts.walk_revisions()}:
        raise StorageError(f"the database was made by a newer version ('{now}')", "install that version, or start with another database")
    return now or "before"


def upgrade(engine: Engine) -> None:
    """Bring a database to the newest form; before that, an SQLite file that has something in it is copied.

    Raises
    ------
    StorageError
        When the database was made by a newer version: it is left as it is.
    """
    with preparing(engine):
        _upgrade(engine)


def _upgrade(engine: Engine) -> None:
    now = behind(engine)
    if now is not None:
        _keep_old(engine, now)
        command.upgrade(configuration(engine), "head")


def _keep_old(engine: Engine, now: str) -> None:
    file = file_of(engine.url.render_as_string(hide_password=False))
    if file is None or not inspect(engine).get_table_names():
        return
    target = file.with_name(f"{file.name}.{now}.backup")
    if not target.exists():
        copy(file, target)
