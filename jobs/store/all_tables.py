"""Every table, in one place: each module of this package whose name ends in ``tables``.

A module that nobody imported would have its tables missing, from migrations and from the test that
compares them with the models; so none is named here, and none can be forgotten.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from jobs import store
from jobs.store.tables import Base

for _module in iter_modules(store.__path__):
    if _module.name.endswith("_tables") and _module.name != "all_tables":
        import_module(f"{store.__name__}.{_module.name}")

METADATA = Base.metadata
