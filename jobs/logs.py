"""Log lines: an event, ids, numbers, codes. One object a line (``json``) or a line for people.

Whoever logs, the texts and traces of exceptions are left out: they may quote what was said. What
stays is the class and the place. ``request_id`` and ``job_id`` come from the context in which a
line is written.
"""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor

bound = bound_contextvars
"""``with bound(job_id=…):`` lines that are written inside carry it."""


def configure(form: Literal["text", "json"], level: int = logging.INFO) -> None:
    """All logging of this process to standard error; may be called again."""
    render: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.processors.KeyValueRenderer(
            key_order=["timestamp", "level", "logger", "event"], drop_missing=True
        )
    )
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _Stderr)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    # They say where the database is, and what they are for.
    for name in ("dbos", "alembic", "opentelemetry", "urllib3", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Stderr(logging.StreamHandler[TextIO]):
    """Standard error as it is when a line is written, not as it was when this was made."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def logger(name: str) -> structlog.stdlib.BoundLogger:
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return found


def without_texts(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The class and the place of an exception, in place of its text and trace."""
    info = event.pop("exc_info", None)
    record = event.get("_record")
    if record is not None:
        info = info or record.exc_info
        record.exc_info = record.exc_text = record.stack_info = None
    event.pop("stack_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__name__} at {place(error.__traceback__)}"
    return event


def place(trace: TracebackType | None) -> str:
    """File and line where it was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


_SHARED: list[Processor] = [
    merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_texts,
]
# When imported, so that a logger never writes to standard output, whoever asks for it first.
structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
