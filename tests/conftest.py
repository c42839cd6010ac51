"""Fixtures shared by all tests."""

from __future__ import annotations

import os

# Before numpy, torch or llama.cpp start their threads: spinning threads collapse on shared cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
# Before onnxruntime is imported by any test.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests.gates import FILE, Gate, gate_of, improvements

# A property does not depend on how busy the machine is.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

SAMPLES = Path(__file__).parent.parent / "evaluation" / "samples"


@pytest.fixture(scope="session")
def samples() -> Path:
    """Our two synthetic consultations."""
    return SAMPLES


@pytest.fixture(scope="session")
def weights() -> Callable[[str], Path]:
    """``weights("whisper-base")`` is the folder of verified weights."""
    from consultation.settings import Settings
    from consultation.weights import locate

    settings = Settings()
    return lambda name: locate(name, settings)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-baseline",
        action="store_true",
        help="Write what is measured to tests/gates/baseline.json instead of comparing with it.",
    )


@pytest.fixture
def gate(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Gate:
    """``gate("records", figures)``: fails when one of them is worse than the committed one."""
    write = bool(request.config.getoption("--write-baseline"))
    return gate_of(record_property, write=write, file=FILE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    better = improvements(terminalreporter)
    if better:
        terminalreporter.section("better than the baseline: `make baseline` keeps it so")
        for line in better:
            terminalreporter.line(line)
