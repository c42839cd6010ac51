"""Rotation and use of API keys; whose a consultation is, and when what goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_life_cycle"
down_revision = "0003_batches_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("previous_sha256", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("previous_until", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("last_used", sa.BigInteger(), nullable=True))
    op.create_table(
        "organisation_keys",
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.id"]),
        sa.PrimaryKeyConstraint("org_id"),
    )
    op.create_table(
        "consultation_lives",
        sa.Column("consultation_id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("patient", sa.String(length=64), nullable=True),
        sa.Column("audio_due", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("consultation_id"),
    )
    with op.batch_alter_table("consultation_lives", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consultation_lives_patient"), ["patient"])
    op.create_table(
        "removals",
        sa.Column("consultation_id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("jobs", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consultation_id"),
    )
    with op.batch_alter_table("removals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_removals_created"), ["created"])
    op.create_table(
        "schedules",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    for table in ("schedules", "removals", "consultation_lives", "organisation_keys"):
        op.drop_table(table)
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        for column in ("last_used", "previous_until", "previous_sha256"):
            batch_op.drop_column(column)
