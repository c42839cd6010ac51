"""What a recording that was made in a launched session is filed with."""

from __future__ import annotations

from api.smart.errors import UnknownLaunch
from api.smart.stages import Launched
from jobs.store import launches
from jobs.store.access import Principal
from jobs.store.store import Store


def of_launch(store: Store, who: Principal, launch_id: str | None) -> Launched | None:
    """Patient and context of the launch that a recording names: named by it, and not taken from the
    session that sends it, which may be a later one about somebody else. Raises UnknownLaunch."""
    if not launch_id:
        return None
    with store.database.read() as session:
        row = launches.find(session, who.org_id, who.key_id, launch_id)
        if row is None:
            raise UnknownLaunch("the launch is not yours, or too long ago")
        return Launched.model_validate_json(launches.body_of(row, store.ring))
