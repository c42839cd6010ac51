"""The pages of our two sample patients: ``python -m tests.golden.synthesis`` writes them anew."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from consultation.export.synthesis_text import synthesis_to_markdown
from consultation.settings import Settings
from records.read import read_record
from summarize.synthesis import synthesize

AS_OF = "2024-09-01"
DOCS = Path(__file__).parents[2] / "docs"
_BEFORE = {
    "fr": (
        "<!-- Written by tests/golden/synthesis.py from evaluation/samples/records/fr. -->\n"
        "Une patiente inventée, huit documents (`evaluation/samples/records/fr/`). Cette page est "
        "ce que donne\n`anamnese synthesize evaluation/samples/records/fr --as-of 2024-09-01`, "
        "sans modèle de langage.\n\n---\n\n"
    ),
    "en": (
        "<!-- Written by tests/golden/synthesis.py from evaluation/samples/records/en. -->\n"
        "An invented patient, seven documents (`evaluation/samples/records/en/`). This page is "
        "what\n`anamnese synthesize evaluation/samples/records/en --as-of 2024-09-01` gives, "
        "without a language model.\n\n---\n\n"
    ),
}


def page(language: str) -> str:
    folder = Path(str(files("evaluation"))) / "samples" / "records" / language
    record = read_record([folder], language=language)
    made = synthesize(record, None, Settings(), as_of=AS_OF)
    return _BEFORE[language] + synthesis_to_markdown(made)


def main() -> None:
    for language in _BEFORE:
        (DOCS / f"synthesis-{language}.md").write_text(page(language), "utf-8")


if __name__ == "__main__":
    main()
