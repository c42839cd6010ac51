"""How a live session begins: as a resumable upload whose length is left open."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool

from api.live_wire import Start
from api.service import Service
from api.smart.filed import upload_fields
from jobs.store.access import Principal
from jobs.store.audit import Actor
from jobs.uploads import Uploads
from transcribe.live_audio import wav_head


async def create(used: Service, who: Principal, by: Actor, start: Start) -> str:
    """The id of the upload. Raises InputError, StorageQuota, TooManyUnfinished, TooBusy and
    UnknownLaunch."""
    filed = partial(upload_fields, live=start.audio)
    fields = await run_in_threadpool(filed, used.store, used.settings, who, dict(start.fields))
    await run_in_threadpool(used.admission.recording, by.org_id, 0)
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
