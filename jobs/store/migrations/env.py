"""Alembic's entry: the connection comes from ``Database.migrate``."""

from __future__ import annotations

from alembic import context

import jobs.store.life_tables  # noqa: F401 - its tables are among those of Base
from jobs.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table="anamnese_schema",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
