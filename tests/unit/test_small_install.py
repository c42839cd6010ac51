"""What ``make demo`` installs is enough for its commands: no library of the service is needed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SMALL = ("embedded", "records")
"""The extras that the Makefile's target ``.embedded`` installs."""
PROGRAM = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

BLOCKED = frozenset(sys.argv.pop().split(","))
sys.meta_path.insert(0, Missing())
from api.cli import main
sys.argv = ["anamnese", *sys.argv[1:]]
main()
"""


def test_commands_need_no_library_of_the_service() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [*project["dependencies"]]
    named += [one for extra in SMALL for one in project["optional-dependencies"][extra]]
    small = closure(named)
    blocked = {
        module
        for module, distributions in packages_distributions().items()
        if not small & {canonicalize_name(one) for one in distributions}
    }
    assert {"cryptography", "dbos", "fastapi", "jiwer", "structlog"} <= blocked
    assert not blocked & {"torch", "faster_whisper", "pydantic", "lxml"}
    for command in (["demo", "--help"], ["templates"]):
        run = [sys.executable, "-c", PROGRAM, *command, ",".join(sorted(blocked))]
        done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        assert "Usage" in done.stdout or command == ["templates"]


def closure(named: list[str]) -> set[str]:
    """The distributions that come with those named, themselves included."""
    found: set[str] = set()
    waiting = [Requirement(one) for one in named]
    while waiting:
        one = waiting.pop()
        here = f"{canonicalize_name(one.name)}[{','.join(sorted(one.extras))}]"
        if here in found:
            continue
        found |= {here, canonicalize_name(one.name)}
        try:
            needed = requires(one.name) or ()
        except PackageNotFoundError:
            continue
        for then in map(Requirement, needed):
            extras = one.extras | {""}
            if not then.marker or any(then.marker.evaluate({"extra": x}) for x in extras):
                waiting.append(then)
    return found
