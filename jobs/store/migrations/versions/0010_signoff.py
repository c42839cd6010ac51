"""Revisions of notes, what documents name, edits of transcripts; who may sign."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_signoff"
down_revision = "0005_operations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note_revisions",
        sa.Column("consultation_id", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.id"]),
        sa.PrimaryKeyConstraint("consultation_id", "template", "revision"),
    )
    op.create_table(
        "document_contexts",
        sa.Column("consultation_id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.id"]),
        sa.PrimaryKeyConstraint("consultation_id"),
    )
    op.create_table(
        "transcript_edits",
        sa.Column("consultation_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["org_id"], ["organisations.id"]),
        sa.PrimaryKeyConstraint("consultation_id", "number"),
    )
    for table in ("note_revisions", "document_contexts", "transcript_edits"):
        op.create_index(op.f(f"ix_{table}_key_id"), table, ["key_id"])
    # Clinicians' keys that may change notes may sign them, too; none that was made narrower.
    op.execute(
        "UPDATE api_keys SET scopes = scopes || ' notes:sign' WHERE role = 'clinician'"
        " AND scopes LIKE '%consultations:write%'"
    )


def downgrade() -> None:
    for table in ("transcript_edits", "document_contexts", "note_revisions"):
        op.drop_table(table)
    op.execute("UPDATE api_keys SET scopes = replace(scopes, ' notes:sign', '')")
