"""E3C, layer 1: clinical cases whose events carry polarity and certainty, and whose dates do.

European Clinical Case Corpus (Magnini et al. 2020), https://github.com/hltfbk/E3C-Corpus, CC BY-NC:
WebAnno's XML (UIMA CAS), as published or compressed with gzip. Offsets count UTF-16 units, as
Java's do; they are converted.
"""

from __future__ import annotations

import gzip
import xml.sax
import xml.sax.handler
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from consultation.errors import UnreadableFile


@dataclass(frozen=True, slots=True)
class Event:
    """A mention: a symptom, a disease, an act, a verb. ``text == case.text[start:end]``."""

    start: int
    end: int
    negated: bool
    modality: str
    """ACTUAL, HEDGED, HYPOTHETICAL-IF, HYPOTHETICAL-OTHER or GENERIC."""
    clinical: bool
    """It lies in a clinical entity: a disorder or a symptom, not *presented* or *surgery*."""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A TIMEX3: ``kind`` is DATE, DURATION, SET, TIME, PREPOSTEXP or QUANTIFIER."""

    start: int
    end: int
    kind: str
    value: str
    """ISO 8601 or TimeML: 2012-08, P4D; may be empty."""


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    text: str
    events: tuple[Event, ...]
    times: tuple[TimeExpression, ...]


def read(folder: Path) -> Iterator[Case]:
    """Every ``*.xml`` and ``*.xml.gz`` of a folder, by name. Raises UnreadableFile."""
    for path in sorted([*folder.glob("*.xml"), *folder.glob("*.xml.gz")]):
        yield _case(path)


@dataclass
class _Layer(xml.sax.handler.ContentHandler):
    """Collects the attributes of the elements that are wanted."""

    text: str = ""
    found: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def startElement(self, name: str, attrs: xml.sax.xmlreader.AttributesImpl) -> None:  # noqa: N802
        if name == "cas:Sofa":
            self.text = attrs["sofaString"]
        elif name in ("custom:EVENT", "custom:TIMEX3", "custom:CLINENTITY"):
            self.found.setdefault(name[7:], []).append(dict(attrs.items()))


def _case(path: Path) -> Case:
    try:
        raw = path.read_bytes()
        content = gzip.decompress(raw) if path.suffix == ".gz" else raw
        layer = _Layer()
        parser = xml.sax.make_parser()  # noqa: S317 — expat limits what entities expand to
        parser.setFeature(xml.sax.handler.feature_external_ges, False)
        parser.setContentHandler(layer)
        parser.feed(content)  # type: ignore[attr-defined]
        parser.close()  # type: ignore[attr-defined]
    except (OSError, EOFError, gzip.BadGzipFile, xml.sax.SAXException) as error:
        raise UnreadableFile(f"a case could not be read: {type(error).__name__}") from None
    place = _places(layer.text)
    entities = [
        (place(one["begin"]), place(one["end"])) for one in layer.found.get("CLINENTITY", [])
    ]
    events = []
    for one in layer.found.get("EVENT", []):
        start, end = place(one["begin"]), place(one["end"])
        events.append(
            Event(
                start,
                end,
                one.get("polarity") == "NEG",
                one.get("contextualModality", "ACTUAL"),
                any(a < end and start < b for a, b in entities),
            )
        )
    times = tuple(
        TimeExpression(
            place(one["begin"]), place(one["end"]), one.get("timex3Class", ""), one.get("value", "")
        )
        for one in layer.found.get("TIMEX3", [])
    )
    return Case(path.name.split(".")[0], layer.text, tuple(sorted(events, key=_start)), times)


def _start(event: Event) -> int:
    return event.start


class _places:  # noqa: N801 — a function with a table
    """From an offset in UTF-16 units to one in characters."""

    def __init__(self, text: str) -> None:
        self.wide = [i + k for k, i in enumerate(i for i, c in enumerate(text) if ord(c) > 0xFFFF)]

    def __call__(self, offset: str) -> int:
        units = int(offset)
        return units - sum(1 for at in self.wide if at < units)
