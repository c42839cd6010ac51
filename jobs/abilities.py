"""A worker says what it has: the weights, and a language model that answers.

The HTTP service has neither and cannot look, so ``/health/ready`` reads what the workers say.
Names and paths stay here: a word for each part goes into the row.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from consultation.errors import AnamneseError
from consultation.settings import Settings
from consultation.weights import artefacts, locate, required
from jobs.metrics import cards
from jobs.service_settings import ServiceSettings
from jobs.store import operations_tables, workers
from jobs.store.database import Database, DatabaseAway

log = logging.getLogger("anamnese.worker")
EVERY_SECONDS = 60.0


class Abilities:
    """On a thread of its own: a language model's server may take long to answer."""

    def __init__(self, database: Database, worker: str, service: ServiceSettings) -> None:
        self._database, self._worker, self._service = database, worker, service
        self._said: tuple[str, str] | None = None

    def start(self) -> None:
        threading.Thread(target=self._go_on, name="abilities", daemon=True).start()

    def _go_on(self) -> None:
        pause = threading.Event()
        while True:
            try:
                self.look()
            except DatabaseAway:
                pass
            except Exception as error:  # noqa: BLE001 - the worker works on without it
                log.warning("abilities: %s", type(error).__name__)
            pause.wait(EVERY_SECONDS)

    def look(self) -> None:
        """Once. Raises DatabaseAway."""
        found = examine(self._service)
        models, memory = names(self._service), cards()
        with self._database.write() as session:
            operations_tables.report(
                session, self._worker, weights=found[0], language_model=found[1]
            )
            workers.describe(session, self._worker, models, memory)
        if found != self._said:
            self._said = found
            level = logging.INFO if found == ("ok", "ok") else logging.ERROR
            log.log(level, "weights: %s; language model: %s", *found)


def names(service: ServiceSettings) -> tuple[str, ...]:
    """Of the models that this worker is set to use; for people, no paths and no addresses."""
    if service.engines == "scripted":
        return ("scripted",)
    settings = Settings()
    more: tuple[str | None, ...] = ()
    if settings.llm == "vllm":
        more = (settings.vllm_model or "vllm",)
    elif settings.llm == "llamacpp" and settings.llamacpp_model is not None:
        more = (Path(settings.llamacpp_model).name,)
    return tuple("_".join(one.split()) for one in (*required(settings), *more) if one)


def examine(service: ServiceSettings) -> tuple[str, str]:
    """Weights of the speech models, and the language model: ``ok`` or ``missing`` each."""
    if service.engines == "scripted":
        return "ok", "ok"
    settings = Settings()
    tasks = {one.name: one.task for one in artefacts()}
    missing = {tasks[name] for name in required(settings) if not _there(name, settings)}
    speech = not missing - {"generation"}
    if settings.llm == "vllm":
        language = _answers(settings)
    elif settings.llm == "llamacpp" and settings.llamacpp_model is not None:
        language = Path(settings.llamacpp_model).is_file()
    else:
        language = "generation" not in missing
    return ("ok" if speech else "missing"), ("ok" if language else "missing")


def _there(name: str, settings: Settings) -> bool:
    try:
        locate(name, settings)
    except AnamneseError:
        return False
    return True


def _answers(settings: Settings) -> bool:
    """Whether the language model's server does."""
    from summarize.engines.load import load_language_model

    try:
        model = load_language_model(settings)
        try:
            model.context_tokens()
        finally:
            model.close()
    except Exception:  # noqa: BLE001 - whatever is wrong, it does not answer
        return False
    return True
