"""What comes with a recording → how it is filed: by its fields, or by the launch that they name."""

from __future__ import annotations

from typing import Literal

from api.form import read_fields, take_patient
from api.smart.errors import UnknownLaunch
from api.smart.stages import Launched
from jobs.service_settings import ServiceSettings
from jobs.store import launches
from jobs.store.access import Principal
from jobs.store.store import Store
from jobs.upload_fields import UploadFields


def upload_fields(
    store: Store,
    settings: ServiceSettings,
    who: Principal,
    values: dict[str, str],
    *,
    metadata: str = "",
    live: Literal["pcm", "container"] | None = None,
) -> UploadFields:
    """``values`` are used up. Raises InputError of some kind, UnknownLaunch."""
    patient = take_patient(values)
    launched = of_launch(store, who.org_id, who.key_id, values.pop("launch", None))
    options, template, priority = read_fields(values, settings)
    return UploadFields(
        options=options,
        template=template,
        priority=priority,
        patient=launched.patient if launched else patient,
        context=launched.context.to_json() if launched else None,
        metadata=metadata,
        live=live,
    )


LAUNCH = {
    "type": "string",
    "maxLength": 100,
    "description": "The launch from an EHR that it belongs to, as /smart/session names it: it is"
    " filed with that patient, and `patient` is not looked at.",
}
"""As a field of a form, for OpenAPI."""


def of_launch(store: Store, org_id: str, by: str, launch_id: str | None) -> Launched | None:
    """Patient and context of the launch that a recording or a record names: named by it, and not
    taken from the session that sends it, which may be a later one about somebody else. Raises
    UnknownLaunch."""
    if not launch_id:
        return None
    with store.database.read() as session:
        row = launches.find(session, org_id, by, launch_id)
        if row is None:
            raise UnknownLaunch("the launch is not yours, or too long ago")
        return Launched.model_validate_json(launches.body_of(row, store.ring))
