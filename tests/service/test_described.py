"""What ``/openapi.json`` says and what the service does are the same: schemathesis asks every
address that is described there, with what it takes and with what it does not.

A route that is added is asked too, without a change here.
"""

from __future__ import annotations

import pytest
import schemathesis
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    OperationConfig,
    OperationsConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.config._checks import (
    MissingRequiredHeaderConfig,
    NegativeDataRejectionConfig,
    PositiveDataAcceptanceConfig,
    SimpleCheckConfig,
)
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.filters import FilterSet
from schemathesis.schemas import BaseSchema

from api.app import make_app
from jobs.service_settings import ServiceSettings
from jobs.store import access, keys
from jobs.store.access import Role

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
MEANINGS = [
    "2xx", "400", "401", "403", "404", "409", "410", "412", "413", "415", "422", "428", "5xx",
]  # fmt: skip
"""What may be said to a request that fits the description: it cannot tell which cursors were given,
which metadata are base64, that a text is a dialogue, or what is there already to be replaced."""
REFUSALS = [
    "400",
    "401",
    "403",
    "404",
    "405",
    "406",
    "409",
    "410",
    "412",
    "413",
    "415",
    "422",
    "428",
]
EXAMPLES = 8
"""Of each address, beside those that cover the description systematically."""


def _checks(*, available: bool) -> ChecksConfig:
    return ChecksConfig(
        positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=MEANINGS),
        negative_data_rejection=NegativeDataRejectionConfig(expected_statuses=REFUSALS),
        ensure_resource_availability=SimpleCheckConfig(enabled=available),
        missing_required_header=MissingRequiredHeaderConfig(expected_statuses=REFUSALS),
    )


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> BaseSchema:
    folder = tmp_path_factory.mktemp("described")
    keys.save(keys.new_ring(), folder / "keys.json")
    app = make_app(
        ServiceSettings.model_validate(
            {
                "data_folder": folder / "data",
                "keys_file": folder / "keys.json",
                "engines": "scripted",
                # No worker runs: what waits for one is soon told so.
                "openai_wait_seconds": 0.1,
                # Everything is asked in a minute or two, by one key.
                "rate_per_minute": 1_000_000,
                "rate_burst": 1_000_000,
            }
        )
    )
    store = app.state.service.store
    with store.database.write() as session:
        org = access.organisation(session, "clinic")
        key = access.issue(session, org_id=org, name="k", role=Role.admin, expires=None)[1]
    generation = GenerationConfig(deterministic=True, max_examples=EXAMPLES)
    # A new consultation has none until somebody sends one: 404 is the truth.
    context = FilterSet()
    context.include(path="/v1/consultations/{consultation_id}/document-context")
    unsent = OperationConfig(
        filter_set=context,
        checks=_checks(available=False),
    )
    project = ProjectConfig(
        generation=generation,
        checks=_checks(available=True),
        headers={"Authorization": f"Bearer {key}"},
        operations=OperationsConfig(operations=[unsent]),
    )
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_asgi("/openapi.json", app, config=config)


def test_what_is_described_is_done(described: BaseSchema) -> None:
    wrong: list[str] = []
    asked: set[str] = set()
    for event in from_schema(described).execute():
        if isinstance(event, FatalError | NonFatalError):
            wrong.append(str(event.info if isinstance(event, NonFatalError) else event.exception))
        if isinstance(event, ScenarioFinished):
            asked.add(event.label or "")
            wrong += _wrong(event)
    addresses = {operation.ok().label for operation in described.get_all_operations()}
    assert addresses <= asked
    assert not wrong, "\n\n".join([f"{len(wrong)} failures", *wrong])


def _wrong(event: ScenarioFinished) -> list[str]:
    return [
        f"{event.label} [{check.name}] {found.failure}\n{found.code_sample}"
        for checks in event.recorder.checks.values()
        for check in checks
        if (found := check.failure_info) is not None
    ]
