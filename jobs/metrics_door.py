"""A worker's metrics over HTTP, for Prometheus: on this machine, or with a token."""

from __future__ import annotations

import hmac
import ipaddress
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from consultation.errors import InvalidOption
from jobs.service_settings import ServiceSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


class MetricsDoor:
    """Closed unless a port is set. Raises InvalidOption where strangers could read it."""

    def __init__(self, settings: ServiceSettings, registry: CollectorRegistry) -> None:
        self._port, self._host = settings.metrics_port, settings.metrics_host
        token = _read(settings.metrics_token_file)
        if self._port is not None and token is None and not _loopback(self._host):
            raise InvalidOption(
                "without a token, metrics are for this machine only",
                hint="Set ANAMNESE_METRICS_TOKEN_FILE, or ANAMNESE_METRICS_HOST=127.0.0.1.",
            )
        self._app = _guarded(make_wsgi_app(registry), token)

    def open(self) -> int | None:
        """The port; a port that is taken is an InvalidOption."""
        if self._port is None:
            return None
        try:
            server = make_server(self._host, self._port, self._app, WSGIServer, _Quiet)
        except OSError:
            raise InvalidOption("ANAMNESE_METRICS_PORT cannot be listened on") from None
        threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        return server.server_port


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        pass


def _guarded(app: Callable[..., Iterable[bytes]], token: str | None) -> WSGIApplication:
    def guarded(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != "/metrics":
            start("404 Not Found", [])
            return []
        if token is not None:
            given = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1")
            if not hmac.compare_digest(given, f"Bearer {token}".encode()):
                start("401 Unauthorized", [("WWW-Authenticate", "Bearer")])
                return []
        return app(environ, start)

    return guarded


def _read(path: Path | None) -> str | None:
    """Raises InvalidOption for a file that is not there or too weak to be a secret."""
    if path is None:
        return None
    try:
        token = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise InvalidOption("ANAMNESE_METRICS_TOKEN_FILE cannot be read") from None
    if len(token) < 16:
        raise InvalidOption(
            "the token in ANAMNESE_METRICS_TOKEN_FILE is shorter than 16 characters",
            hint="Make one with: openssl rand -hex 32",
        )
    return token


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
