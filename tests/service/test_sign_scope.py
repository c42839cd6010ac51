"""Who may sign after an upgrade: clinicians' keys that may write, and no narrower or other ones."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import update

from jobs.service_settings import ServiceSettings
from jobs.store import access
from jobs.store.access import Role, Scope
from jobs.store.database import _MIGRATIONS, Database
from jobs.store.store import open_store
from jobs.store.tables import ApiKey


def test_clinicians_keys_may_sign_after_the_upgrade(settings: ServiceSettings) -> None:
    store = open_store(settings, migrate=True)
    wanted = {
        "clinician": (Role.clinician, None),
        "narrow": (Role.clinician, frozenset({Scope.read})),
        "admin": (Role.admin, None),
        "integration": (Role.integration, None),
    }
    texts: dict[str, str] = {}
    with store.database.write() as session:
        org = access.organisation(session, "clinic")
        for name, (role, scopes) in wanted.items():
            _, texts[name] = access.issue(
                session, org_id=org, name=name, role=role, scopes=scopes, expires=None
            )
        session.execute(
            update(ApiKey)
            .where(ApiKey.name == "clinician")
            .values(scopes="consultations:erase consultations:read consultations:write")
        )
    _down(store.database, "0005_operations")
    store.database.migrate()
    with store.database.read() as session:
        found = {name: access.identify(session, text) for name, text in texts.items()}
    may = {name for name, who in found.items() if who is not None and Scope.sign in who.scopes}
    assert may == {"clinician"}
    store.close()


def _down(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()
