"""Alembic's entry: the connection comes from ``Database.migrate``."""

from __future__ import annotations

from alembic import context

from jobs.store import (  # noqa: F401 - their tables are among those of Base
    batch_tables,
    life_tables,
    operations_tables,
    record_tables,
    upload_tables,
    webhook_tables,
)
from jobs.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table="anamnese_schema",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
