"""Records: the documents of one patient and their syntheses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011records"
down_revision = "0010_signoff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["consultations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_records_org_id"), "records", ["org_id"])
    op.create_index(op.f("ix_records_changed"), "records", ["changed"])
    op.create_table(
        "record_documents",
        sa.Column("record_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "number"),
    )
    op.create_index("record_documents_digest", "record_documents", ["record_id", "digest"])
    op.create_index(op.f("ix_record_documents_org_id"), "record_documents", ["org_id"])
    op.create_index(op.f("ix_record_documents_key_id"), "record_documents", ["key_id"])
    op.create_table(
        "record_syntheses",
        sa.Column("record_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=False),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "version"),
    )
    op.create_index(op.f("ix_record_syntheses_org_id"), "record_syntheses", ["org_id"])


def downgrade() -> None:
    # Their jobs and pieces hang on the rows among the consultations.
    op.execute("DELETE FROM consultations WHERE id LIKE 'rec\\_%' ESCAPE '\\'")
    for table in ("record_syntheses", "record_documents", "records"):
        op.drop_table(table)
