"""What was sent of one recording: beside its results, so that the same command goes on."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from client.anamnese_client import Client, Sent
from jobs.files import write


@dataclass
class State:
    path: Path
    file: Path
    fields: dict[str, str]
    about: str
    """A hash of server, recording and options: others begin anew."""
    kept: dict[str, str] = field(default_factory=dict)
    """key, for Idempotency-Key; upload or job"""

    @classmethod
    def of(cls, path: Path, server: str, file: Path, fields: dict[str, str]) -> State:
        """Size and time stand for the recording, whose bytes may be many. Raises OSError."""
        seen = file.stat()
        parts = [
            server,
            str(file.resolve()),
            seen.st_size,
            seen.st_mtime_ns,
            sorted(fields.items()),
        ]
        made = cls(path, file, fields, hashlib.sha256(json.dumps(parts).encode()).hexdigest())
        try:
            read = json.loads(path.read_text("utf-8"))
            if read["about"] == made.about:
                made.kept = {str(name): str(value) for name, value in read["kept"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass  # nothing of ours is there
        return made

    @property
    def known(self) -> bool:
        return bool(self.kept)

    def forget(self) -> None:
        self.kept = {}

    def go_on(self, client: Client) -> Sent:
        """What failed before is sent again. Raises ClientError, OSError."""
        if "job" in self.kept:
            job = client.job(self.kept["job"])
            if job.status not in {"failed", "cancelled"}:
                return Sent(job.consultation_id, job)
            self.forget()
        if not self.kept:
            # Kept before anything is sent: a kill after it makes nothing twice.
            self._keep(key=secrets.token_urlsafe(24))
        key = self.kept["key"]
        sent = client.upload(
            self.file,
            resume=self.kept.get("upload"),
            began=lambda upload: self._keep(key=key, upload=upload),
            idempotency_key=key,
            **self.fields,
        )
        self._keep(key=key, job=sent.job.id)
        return sent

    def _keep(self, **kept: str) -> None:
        self.kept = kept
        write(self.path, json.dumps({"about": self.about, "kept": kept}))
