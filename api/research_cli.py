"""``anamnese research``: off unless ANAMNESE_RESEARCH=1, and labelled on every output."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.arguments import settings
from api.console import Console, Mode, reported
from clinical.text import checked
from consultation.documents import PatientRecord, is_partial_date
from consultation.errors import InvalidOption, UnreadableFile
from consultation.export.research_text import (
    efficacy_to_markdown,
    factors_to_markdown,
    screening_to_markdown,
)
from consultation.export.timeline import timeline_svg
from consultation.research import require_research
from consultation.settings import Settings
from jobs.files import write
from jobs.record_research import criteria_language
from records.read import read_record
from summarize.efficacy import efficacy as efficacy_of
from summarize.toxicity import factors
from summarize.trials import screen

research_app = typer.Typer(
    no_args_is_help=True,
    help="Research only, not validated for care: needs ANAMNESE_RESEARCH=1.",
)

Sources = Annotated[Path, typer.Argument(help="A patient's documents: a folder or a ZIP.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The day ages count to, YYYY-MM-DD; today.")
]
Language = Annotated[
    str | None, typer.Option(help="fr or en; told from the documents if not given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON.")]


@research_app.command()
def trials(
    folder: Sources,
    criteria: Annotated[
        list[Path], typer.Option("--criteria", help="A trial's criteria, as text; repeat it.")
    ],
    out: Out = Path("research"),
    as_of: AsOf = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Criteria beside what the record says: trials.json and trials.md."""
    console = Console(Mode.of(quiet=False, as_json=as_json))
    with reported(console):
        chosen, day, record = _given(folder, as_of, language)
        texts = [(path.name, _text(path)) for path in criteria]
        made = screen(
            record,
            [(name, text, criteria_language(text, record.language)) for name, text in texts],
            chosen,
            as_of=day,
        )
        write(out / "trials.json", made.to_json())
        write(out / "trials.md", screening_to_markdown(made))
        console.result(folder.name, {
            "label": made.label, "summary": str(out / "trials.md"), "trials": len(made.trials),
            "decided": sum(one.decided for one in made.trials),
            "unknown": sum(one.unknown for one in made.trials),
        })  # fmt: skip


@research_app.command()
def toxicity(
    folder: Sources,
    out: Out = Path("research"),
    as_of: AsOf = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Factors tied to readmission after chemotherapy that the record tells: toxicity.json, .md."""
    console = Console(Mode.of(quiet=False, as_json=as_json))
    with reported(console):
        chosen, day, record = _given(folder, as_of, language)
        made = factors(record, chosen, as_of=day)
        write(out / "toxicity.json", made.to_json())
        write(out / "toxicity.md", factors_to_markdown(made))
        told: dict[str, object] = {"label": made.label, "summary": str(out / "toxicity.md")}
        console.result(folder.name, {**told, "factors": len(made.factors)})


@research_app.command()
def efficacy(
    folder: Sources,
    out: Out = Path("research"),
    as_of: AsOf = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Treatments beside responses and markers: efficacy.json, .md and .svg."""
    console = Console(Mode.of(quiet=False, as_json=as_json))
    with reported(console):
        chosen, day, record = _given(folder, as_of, language)
        made = efficacy_of(record, chosen, as_of=day)
        write(out / "efficacy.json", made.to_json())
        write(out / "efficacy.md", efficacy_to_markdown(made))
        write(out / "efficacy.svg", timeline_svg(made))
        told: dict[str, object] = {"label": made.label, "summary": str(out / "efficacy.md")}
        console.result(folder.name, {**told, "treatments": len(made.rows)})


def _given(
    folder: Path, as_of: str | None, language: str | None
) -> tuple[Settings, str, PatientRecord]:
    """Raises ResearchOff before anything is read."""
    chosen = settings()
    require_research(chosen)
    if as_of is not None and not (is_partial_date(as_of) and len(as_of) == 10):
        raise InvalidOption("--as-of is no day", hint="Give a day as 2024-03-12.")
    record = read_record(
        [folder], language=checked(language) if language else None, ocr=chosen.ocr_command
    )
    return chosen, as_of or date.today().isoformat(), record


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadableFile("the criteria cannot be read as UTF-8 text") from None
