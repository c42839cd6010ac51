"""People whom an identity provider named, and what workers run with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_admin"
down_revision = "0014_smart"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("blocked", sa.BigInteger(), nullable=True),
        sa.Column("blocked_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_people_org_id"), "people", ["org_id"])
    op.create_table(
        "worker_models",
        sa.Column("worker", sa.String(length=200), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["worker"], ["worker_leases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("worker"),
    )
    op.create_table(
        "worker_cards",
        sa.Column("worker", sa.String(length=200), nullable=False),
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("used_bytes", sa.BigInteger(), nullable=False),
        sa.Column("total_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["worker"], ["worker_leases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("worker", "device"),
    )


def downgrade() -> None:
    # A blocked person would be let in again by an older version, which knows nothing of it.
    for table in ("worker_cards", "worker_models", "people"):
        op.drop_table(table)
