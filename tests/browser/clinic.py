"""A whole service in a folder of its own: API and worker as processes, which a test may kill."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from jobs.service_settings import ServiceSettings
from jobs.store import keys
from tests.browser.chromium import SAMPLE
from tests.service.conftest import environment, free_port
from tests.service.test_serve import command, start

FINAL = {"completed", "failed", "cancelled"}


def dialogue(folder: Path) -> Path:
    """What our French sample says, a line a turn."""
    lines = SAMPLE.with_suffix(".txt").read_text("utf-8").splitlines()
    said = [line.partition(": ")[2] for line in lines if line.strip()]
    path = folder / "dialogue.txt"
    path.write_text("\n".join(said), "utf-8")
    return path


@dataclass
class Clinic:
    folder: Path
    settings: ServiceSettings
    log: Path = field(init=False)
    _api: subprocess.Popen[bytes] = field(init=False)
    _worker: subprocess.Popen[bytes] = field(init=False)

    @classmethod
    def open(cls, folder: Path, **changes: object) -> Clinic:
        keys.save(keys.new_ring(), folder / "keys.json")
        values: dict[str, object] = {
            "data_folder": folder / "data",
            "keys_file": folder / "keys.json",
            "engines": "scripted",
            "scripted_dialogue": dialogue(folder),
            "poll_seconds": 0.2,
            "port": free_port(),
        }
        made = cls(folder, ServiceSettings.model_validate({**values, **changes}))
        made.log = folder / "service.log"
        made.begin()
        with made.log.open("ab") as log:
            made._worker = subprocess.Popen(
                [sys.executable, "-P", "-m", "api", "worker"],
                env=environment(made.settings),
                stdout=log,
                stderr=log,
            )
        return made

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def begin(self) -> None:
        self._api = start(self.settings, self.log)

    def kill(self) -> None:
        """The API, as if its machine lost its power."""
        self._api.kill()
        self._api.wait()

    def close(self) -> None:
        for one in (self._api, self._worker):
            one.kill()
            one.wait()

    def key(self, name: str, organisation: str = "clinic", role: str = "clinician") -> str:
        arguments = ("apikeys", "new", name, "--organisation", organisation, "--role", role)
        return command(self.settings, *arguments).strip().splitlines()[-1]

    def client(self, key: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=f"{self.url}/v1", headers=headers, timeout=60)

    def consultation(self, key: str, audio: Path = SAMPLE, *, seconds: float = 120) -> str:
        """The id of a recording that became a note."""
        with self.client(key) as client, audio.open("rb") as file:
            answer = client.post("/consultations", files={"file": ("a", file)}, data=FRENCH)
            return self.finished(client, answer, seconds)

    def from_text(self, key: str, text: str) -> str:
        """The same, of a dialogue that was written down."""
        with self.client(key) as client:
            answer = client.post("/summaries", json={"text": text, "language": "fr"})
            return self.finished(client, answer)

    def finished(self, client: httpx.Client, answer: httpx.Response, seconds: float = 120) -> str:
        """The id of what was sent, once its job is done."""
        made = answer.raise_for_status().json()
        end = time.monotonic() + seconds
        while True:
            job = client.get(f"/jobs/{made['job']['id']}").json()
            if job["status"] in FINAL:
                assert job["status"] == "completed", (job, self.log.read_text()[-2000:])
                return str(made.get("consultation_id") or made["record_id"])
            assert time.monotonic() < end, job
            time.sleep(0.3)


FRENCH = {"language": "fr"}
