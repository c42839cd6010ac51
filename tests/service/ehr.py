"""Receivers on this machine: a FHIR server that reads what it gets, and one of HL7 v2 over MLLP."""

from __future__ import annotations

import ipaddress
import json
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fhir.resources.R4B.bundle import Bundle


@dataclass
class FhirServer:
    """Keeps documents by their identifier, and resources of transactions by type and id."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    """Refusals, one a request; then it does what it is asked."""
    hold: float = 0.0
    """Seconds between keeping something and saying so."""
    got: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    """Path, headers, body of everything that came."""
    documents: list[dict[str, Any]] = field(default_factory=list)
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/fhir"

    def take(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> int:
        Bundle.model_validate(body)
        if path == "/fhir/Bundle":
            assert body["type"] == "document"
            wanted = _identifier(headers["if-none-exist"])
            if any(wanted == one["identifier"] for one in self.documents):
                return 200
            self.documents.append(body)
            return 201
        assert (path, body["type"]) == ("/fhir", "transaction")
        for entry in body["entry"]:
            self._carry_out(entry)
        return 200

    def _carry_out(self, entry: dict[str, Any]) -> None:
        request, url = entry["request"], entry["request"]["url"]
        if request["method"] == "DELETE":
            self.resources.pop(url, None)
        elif request["method"] == "PUT":
            assert url == f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
            self.resources[url] = entry["resource"]
        else:
            wanted = _identifier(request["ifNoneExist"])
            known = [
                one
                for place, one in self.resources.items()
                if place.startswith(f"{url}/")
                and any(n.items() >= wanted.items() for n in one.get("identifier", ()))
            ]
            if not known:
                self.resources[f"{url}/{len(self.resources)}"] = entry["resource"]


def _identifier(criterion: str) -> dict[str, str]:
    system, _, value = parse_qs(criterion, strict_parsing=True)["identifier"][0].partition("|")
    return {"system": system, "value": value}


@contextmanager
def fhir_server() -> Iterator[FhirServer]:
    made = FhirServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with made.lock:
                made.got.append((self.path, headers, body))
                status = made.answers.pop(0) if made.answers else 0
                status = status or made.take(self.path, headers, body)
                made.statuses.append(status)
            time.sleep(made.hold)
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with _serving(server) as made.port:
        yield made


@dataclass
class Hl7Server:
    port: int = 0
    answers: list[str] = field(default_factory=list)
    """Codes of acknowledgements, one a message; AA when there are none left. ``silent`` closes."""
    messages: list[str] = field(default_factory=list)
    hurried: bool = False
    """Acknowledges another message than the one that came."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def hl7_server(tls: ssl.SSLContext | None = None) -> Iterator[Hl7Server]:
    made = Hl7Server()

    class Handler(socketserver.BaseRequestHandler):
        def setup(self) -> None:
            if tls is not None:
                self.request = tls.wrap_socket(self.request, server_side=True)

        def finish(self) -> None:
            # The wrapped one, of which the server does not know.
            self.request.close()

        def handle(self) -> None:
            got = b""
            while not got.endswith(b"\x1c\r"):
                more = self.request.recv(4096)
                if not more:
                    return
                got += more
            assert got.startswith(b"\x0b")
            message = got[1:-2].decode()
            made.messages.append(message)
            code = made.answers.pop(0) if made.answers else "AA"
            if code == "silent":
                return
            number = "other" if made.hurried else message.split("|")[9]
            head = "MSH|^~\\&|EHR||ANAMNESE||20260302101500||ACK^T02|1|P|2.5"
            answer = f"\x0b{head}\rMSA|{code}|{number}\r\x1c\r".encode()
            # In two pieces, as networks do.
            self.request.sendall(answer[:9])
            time.sleep(0.02)
            self.request.sendall(answer[9:])

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A handshake that the other side ended is its to tell."""

    with _serving(Server(("127.0.0.1", 0), Handler)) as made.port:
        yield made


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """For 127.0.0.1, signed by itself; and the file that makes it trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    place = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([place]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, both = folder / "trusted.pem", folder / "both.pem"
    pem = made.public_bytes(serialization.Encoding.PEM)
    public.write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    both.write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, public


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]  # type: ignore[misc]
    finally:
        server.shutdown()
        server.server_close()
