"""How Alembic reaches the database: through the engine that it is handed."""

from alembic import context
from sqlmodel import SQLModel

from api.storage import tables

assert tables.StoredGame.metadata is SQLModel.metadata

engine = context.config.attributes["engine"]
with engine.connect().execution_options(writes=True) as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
