"""games, rooms, events, keys, receipts, jobs, answers."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString as Text
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_key",
        sa.Column("hash", Text(length=64), nullable=False),
        sa.Column("workshop", Text(length=40), nullable=False),
        sa.Column("room", Text(length=40), nullable=False),
        sa.Column("capacity", Text(length=20), nullable=False),
        sa.Column("seat", Text(length=40), nullable=False),
        sa.Column("created_at", Text(), nullable=False),
        sa.Column("revoked_at", Text(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_access_key")),
    )
    op.create_index("ix_access_key_of", "access_key", ["workshop", "room", "seat"], unique=False)

    op.create_table(
        "answer",
        sa.Column("hash", Text(length=64), nullable=False),
        sa.Column("answer", Text(), nullable=False),
        sa.Column("asked_at", Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_answer")),
    )
    if not sa.inspect(op.get_bind()).has_table("game"):  # a database from before there were migrations
        op.create_table(
            "game",
            sa.Column("name", Text(length=40), nullable=False),
            sa.Column("title", Text(), nullable=False),
            sa.Column("summary", Text(), nullable=False),
            sa.Column("money", Text(), nullable=False),
            sa.Column("origin", Text(), nullable=False),
            sa.Column("shelf", Text(), nullable=False),
            sa.Column("text", Text(), nullable=False),
            sa.Column("changed_at", UTCDateTime(), nullable=False),
            sa.PrimaryKeyConstraint("name", name=op.f("pk_game")),
        )
    op.create_table(
        "job",
        sa.Column("name", Text(length=40), nullable=False),
        sa.Column("owner", Text(length=64), nullable=False),
        sa.Column("state", Text(length=20), nullable=False),
        sa.Column("question", Text(), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("said", Text(), nullable=False),
        sa.Column("estimate", Text(), nullable=False),
        sa.Column("answer", Text(), nullable=True),
        sa.Column("problem", Text(), nullable=True),
        sa.Column("created_at", Text(), nullable=False),
        sa.Column("changed_at", Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_owner"), "job", ["owner"], unique=False)
    op.create_index(op.f("ix_job_state"), "job", ["state"], unique=False)

    op.create_table(
        "room",
        sa.Column("name", Text(length=40), nullable=False),
        sa.Column("workshop", Text(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", Text(), nullable=False),
        sa.Column("code", Text(length=12), nullable=True),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("hash", Text(length=64), nullable=False),
        sa.Column("phase", Text(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=True),
        sa.Column("created_at", Text(), nullable=False),
        sa.Column("delete_after", Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_room")),
        sa.UniqueConstraint("code", name=op.f("uq_room_code")),
    )
    op.create_index(op.f("ix_room_delete_after"), "room", ["delete_after"], unique=False)
    op.create_index(op.f("ix_room_ends_at"), "room", ["ends_at"], unique=False)
    op.create_index(op.f("ix_room_workshop"), "room", ["workshop"], unique=False)

    op.create_table(
        "event",
        sa.Column("room", Text(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", Text(length=40), nullable=False),
        sa.Column("at", Text(length=40), nullable=False),
        sa.Column("actor", Text(length=60), nullable=False),
        sa.Column("data", Text(), nullable=False),
        sa.Column("previous", Text(length=64), nullable=False),
        sa.Column("hash", Text(length=64), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.name"], name=op.f("fk_event_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room", "number", name=op.f("pk_event")),
    )
    op.create_table(
        "receipt",
        sa.Column("room", Text(length=40), nullable=False),
        sa.Column("actor", Text(length=60), nullable=False),
        sa.Column("key", Text(length=80), nullable=False),
        sa.Column("asked", Text(length=64), nullable=False),
        sa.Column("answer", Text(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.name"], name=op.f("fk_receipt_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room", "actor", "key", name=op.f("pk_receipt")),
    )


def downgrade() -> None:
    raise RuntimeError("a newer database does not go back: restore the copy that was made before the upgrade")
