"""Launches from an EHR."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_smart"
down_revision = "0013_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "launch_starts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_launch_starts_expires"), "launch_starts", ["expires"])
    op.create_index(op.f("ix_launch_starts_key_id"), "launch_starts", ["key_id"])
    op.create_table(
        "launches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("patient", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("session_until", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("org_id", "patient", "expires", "key_id"):
        op.create_index(op.f(f"ix_launches_{column}"), "launches", [column])


def downgrade() -> None:
    op.drop_table("launches")
    op.drop_table("launch_starts")
