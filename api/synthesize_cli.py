"""``anamnese synthesize``: a patient's documents to one synthesis."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.arguments import settings
from api.console import Console, Mode, reported
from clinical.text import checked
from consultation.documents import is_partial_date
from consultation.errors import InvalidOption
from consultation.export.synthesis_text import synthesis_to_markdown
from consultation.synthesis import Synthesis
from jobs.files import write
from jobs.map_cache import FolderCache
from prompts.syntheses import DEFAULT, synthesis_template
from records.read import read_record
from summarize.changes import changes
from summarize.engines.load import load_language_model
from summarize.synthesis import synthesize as synthesized
from summarize.synthesis import wants_model


def synthesize(
    sources: Annotated[
        list[Path],
        typer.Argument(help="A folder, a ZIP, a FHIR bundle.json, or files.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "synthesis"
    ),
    template: Annotated[
        str,
        typer.Option(
            help="patient-summary, discharge-letter, tumour-board, pre-visit or patient-letter."
        ),
    ] = DEFAULT,
    language: Annotated[
        str | None, typer.Option(help="fr or en; told from the documents if not given.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day ages count to, YYYY-MM-DD; today.")
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(help="Folder that keeps what was read of each document: clinical text."),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(help="An earlier synthesis.json: changes.json tells what is new, and why."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Many documents of one patient to one verified synthesis: synthesis.json and .md.

    Exit code 2: some documents were refused; the synthesis names them.
    """
    console = Console(Mode.of(quiet=quiet, as_json=as_json))
    with reported(console):
        if as_of is not None and not is_partial_date(as_of):
            raise InvalidOption(f"--as-of {as_of!r}", hint="Give a day as 2024-03-12.")
        chosen = settings()
        record = read_record(
            sources, language=checked(language) if language else None, ocr=chosen.ocr_command
        )
        synthesis_template(record.language, template)
        before = _earlier(since)
        kept = FolderCache(cache) if cache else None
        day = as_of or date.today().isoformat()
        if wants_model(chosen):
            with closing(load_language_model(chosen)) as model:
                made = synthesized(
                    record, model, chosen, template=template, as_of=day, cache=kept,
                    progress=console.progress,
                )  # fmt: skip
        else:
            made = synthesized(
                record, None, chosen, template=template, as_of=day, cache=kept,
                progress=console.progress,
            )  # fmt: skip
        write(out / "synthesis.json", made.to_json())
        write(out / "synthesis.md", synthesis_to_markdown(made))
        if made.oncology.found:
            write(out / "oncology.json", made.oncology.to_json())
        told: dict[str, object] = {
            "summary": str(out / "synthesis.md"),
            "documents": len(made.documents),
            "refused": len(made.refused),
            "lines": len(made.lines()),
            "conflicts": len(made.conflicts),
            "stale": len(made.stale),
            "unsupported": len(made.unsupported),
        }
        if before is not None:
            found = changes(before, made)
            write(out / "changes.json", "[" + ",\n".join(c.to_json() for c in found) + "]\n")
            told["changes"] = len(found)
        console.result(str(sources[0]), told)
        if record.refused:
            raise typer.Exit(2)


def _earlier(path: Path | None) -> Synthesis | None:
    if path is None:
        return None
    try:
        return Synthesis.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise InvalidOption(
            "--since is no synthesis.json of this version", hint="Make the earlier one again."
        ) from None
