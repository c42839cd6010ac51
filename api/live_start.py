"""How a live session begins: as a resumable upload whose length is left open."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool

from api.form import read_fields, take_patient
from api.live_wire import Start
from api.service import Service
from api.smart.filed import of_launch
from jobs.store.access import Principal
from jobs.store.audit import Actor
from jobs.uploads import UploadFields, Uploads
from transcribe.live_audio import wav_head


async def create(used: Service, who: Principal, by: Actor, start: Start) -> str:
    """The id of the upload. Raises InputError, StorageQuota, TooManyUnfinished, TooBusy and
    UnknownLaunch."""
    values = dict(start.fields)
    patient = take_patient(values)
    launched = await run_in_threadpool(of_launch, used.store, who, values.pop("launch", None))
    options, template, priority = read_fields(values, used.settings)
    await run_in_threadpool(used.admission.recording, by.org_id, 0)
    fields = UploadFields(
        options=options,
        template=template,
        priority=priority,
        patient=launched.patient if launched else patient,
        context=launched.context.to_json() if launched else None,
        live=start.audio,
    )
    uploads = Uploads(used.store, used.enqueuer, used.settings)

    def make() -> str:
        row = uploads.create(by, used.settings.upload_limit_mb << 20, fields)
        if start.audio == "pcm":
            with uploads.hold(by, row.id) as held:
                assert held.writer is not None
                held.writer.write(wav_head())
                uploads.save(held)
        return row.id

    return await run_in_threadpool(make)
