"""What workers report, and where traces begin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_operations"
down_revision = "0004_life_cycle"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_reports",
        sa.Column("worker", sa.String(length=200), nullable=False),
        sa.Column("weights", sa.String(length=20), nullable=False),
        sa.Column("language_model", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["worker"], ["worker_leases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("worker"),
    )
    op.create_table(
        "job_traces",
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("traceparent", sa.String(length=55), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id"),
    )


def downgrade() -> None:
    op.drop_table("job_traces")
    op.drop_table("worker_reports")
