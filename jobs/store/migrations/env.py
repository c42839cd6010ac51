"""Alembic's entry: the connection comes from ``Database.migrate``."""

from __future__ import annotations

from alembic import context

from jobs.store.all_tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table="anamnese_schema",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
