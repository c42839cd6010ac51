"""What a patient's documents tell of the cancer.

Pure rules, one paragraph at a time and in linear time, so that ``facts_of`` may be kept by document
and ``merge`` joins what was kept. A paragraph that repeats another one is read where it first
stood.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clinical.oncology.biomarkers import biomarkers
from clinical.oncology.merge import merge
from clinical.oncology.performance import performance
from clinical.oncology.reading import Passage
from clinical.oncology.responses import responses
from clinical.oncology.stages import stages
from clinical.oncology.toxicities import toxicities
from clinical.oncology.treatments import treatments
from clinical.oncology.tumors import tumors
from consultation.documents import Paragraph, SourceDocument
from consultation.oncology import Fact, OncologyHistory

__all__ = ["facts_of", "merge", "oncology_history"]

_READERS: dict[str, Callable[[Passage], tuple[Fact, ...]]] = {
    "tumors": tumors,
    "stages": stages,
    "biomarkers": biomarkers,
    "performance": performance,
    "treatments": treatments,
    "responses": responses,
    "toxicities": toxicities,
}


def oncology_history(documents: Sequence[SourceDocument]) -> OncologyHistory:
    """Every fact of the documents, each cited where it first stood; conflicts are kept."""
    known = {document.id for document in documents}
    return merge(
        [
            facts_of(document, repeats_in=known)
            for document in sorted(documents, key=lambda one: (one.date or "9999", one.id))
        ]
    )


def facts_of(
    document: SourceDocument, *, repeats_in: set[str] | frozenset[str] | None = None
) -> OncologyHistory:
    """The facts of one document, in its order. What a paragraph repeats of a document of
    ``repeats_in`` (None: of any) is left out: it is cited there."""
    found: dict[str, list[Fact]] = {name: [] for name in _READERS}
    for paragraph in document.paragraphs:
        copied = paragraph.repeats
        if copied is not None and (repeats_in is None or copied.document in repeats_in):
            continue
        for name, facts in read(document, paragraph).items():
            found[name].extend(facts)
    return OncologyHistory.model_validate({name: _unique(facts) for name, facts in found.items()})


def read(document: SourceDocument, paragraph: Paragraph) -> dict[str, tuple[Fact, ...]]:
    """The facts of one paragraph, by field of OncologyHistory."""
    passage = Passage(document, paragraph)
    return {name: reader(passage) for name, reader in _READERS.items()}


def _unique(facts: list[Fact]) -> tuple[Fact, ...]:
    """Ids are places; of two facts at one place the second gets a letter."""
    seen: dict[str, int] = {}
    made = []
    for fact in facts:
        count = seen[fact.id] = seen.get(fact.id, 0) + 1
        made.append(fact if count == 1 else fact.model_copy(update={"id": f"{fact.id}.{count}"}))
    return tuple(made)
