"""Roles, and what each may do. Light: settings name them, too."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    clinician = "clinician"
    integration = "integration"
    admin = "admin"
    auditor = "auditor"
    monitor = "monitor"


class Scope(StrEnum):
    read = "consultations:read"
    write = "consultations:write"
    erase = "consultations:erase"
    audit = "audit:read"
    metrics = "metrics:read"
    webhooks = "webhooks:manage"
    sign = "notes:sign"
    manage = "service:manage"


SCOPES: dict[Role, frozenset[Scope]] = {
    Role.clinician: frozenset({Scope.read, Scope.write, Scope.erase, Scope.sign}),
    Role.integration: frozenset({Scope.read, Scope.write, Scope.webhooks}),
    Role.admin: frozenset(Scope) - {Scope.sign},
    Role.auditor: frozenset({Scope.audit}),
    Role.monitor: frozenset({Scope.metrics}),
}
"""What each role may do. An auditor reads who did what, never what was said; a monitor reads
numbers alone. Who manages issues keys and keeps people out, within the organisation of their own
key. Only a clinician signs a note: not who administers, nor a program."""
