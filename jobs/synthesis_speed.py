"""How long a synthesis takes and how much memory, for more and more documents of one patient."""

from __future__ import annotations

import resource
import sys
from time import process_time

from consultation.settings import Settings
from consultation.wire import Record
from evaluation.planted.long_record import long_record
from records.read import read_record
from summarize.record_facts.map import MemoryCache
from summarize.synthesis import synthesize


class SpeedFigures(Record):
    documents: int
    words: int
    read_seconds: float
    """Files to paragraphs. All are seconds of one processor: a crowded machine does not "
    "change them."""
    first_seconds: float
    """Paragraphs to a synthesis, nothing kept."""
    second_seconds: float
    """The same with one document more, all others kept."""
    peak_megabytes: int
    """Of the process so far, the record itself included."""


def measure(documents: int, settings: Settings, *, seed: int = 0) -> SpeedFigures:
    """One patient with ``documents`` documents of about a thousand words."""
    files = long_record(documents + 1, seed=seed)
    start = process_time()
    whole = read_record(files, language="fr")
    read = process_time() - start
    before = whole.model_copy(update={"documents": whole.documents[:-1]})
    cache = MemoryCache()
    start = process_time()
    synthesize(before, None, settings, cache=cache)
    first = process_time() - start
    start = process_time()
    synthesize(whole, None, settings, cache=cache)
    second = process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return SpeedFigures(
        documents=documents,
        words=sum(len(d.text.split()) for d in before.documents),
        read_seconds=round(read, 2),
        first_seconds=round(first, 2),
        second_seconds=round(second, 3),
        peak_megabytes=round(peak / (1024 if sys.platform != "darwin" else 1024**2)),
    )


def to_markdown(found: list[SpeedFigures]) -> str:
    out = [
        "| Documents | Words | Reading | First | One document more | Factor | Peak memory |",
        "|---|---|---|---|---|---|---|",
    ]
    out += [
        f"| {f.documents:,} | {f.words:,} | {f.read_seconds:.1f} s | {f.first_seconds:.1f} s "
        f"| {f.second_seconds:.2f} s | {f.first_seconds / max(f.second_seconds, 1e-6):.0f} × "
        f"| {f.peak_megabytes} MB |"
        for f in found
    ]
    return "\n".join(out) + "\n"
