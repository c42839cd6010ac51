"""Small transcripts and notes whose figures can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

from consultation.provenance import Provenance, Quality, Step
from consultation.summary import Evidence, Section, SectionState, Statement, Summary, Unsupported
from consultation.transcript import Role, Segment, Speaker, Transcript, Turn, Word

PROVENANCE = Provenance(
    version="0",
    created="2026-01-01T00:00:00+00:00",
    quality=Quality.draft,
    notice="-",
    settings_sha256="0" * 64,
    input_sha256="0" * 64,
    steps=(Step(name="recognise", duration=2.0, real_time_factor=0.2),),
)


def segment(number: int, speaker: str, text: str, start: float, end: float) -> Segment:
    """Words spread evenly over the time."""
    words = text.split()
    each = (end - start) / len(words)
    return Segment(
        id=f"s{number:04d}",
        speaker=speaker,
        words=tuple(
            Word(text=word, start=start + i * each, end=start + (i + 1) * each, probability=1)
            for i, word in enumerate(words)
        ),
    )


def transcript(
    *spoken: tuple[str, str, float, float],
    roles: dict[str, Role] | None = None,
    language: str = "en",
) -> Transcript:
    """From (speaker, text, start, end); a turn for each segment."""
    names = dict.fromkeys(speaker for speaker, *_ in spoken)
    return Transcript(
        language=language,
        language_probability=1.0,
        speakers=tuple(Speaker(id=n, role=(roles or {}).get(n, Role.unknown)) for n in names),
        turns=tuple(Turn(speaker=s, start=start, end=end) for s, _, start, end in spoken),
        segments=tuple(segment(i, *one) for i, one in enumerate(spoken, start=1)),
        provenance=PROVENANCE,
    )


def statement(number: int, text: str, quote: str) -> Statement:
    evidence = Evidence(
        source="transcript", anchor="s0001", quote=quote, quote_start=0, quote_end=len(quote)
    )
    return Statement(id=f"history.{number}", text=text, evidence=(evidence,), support=1.0)


def summary(kept: Sequence[Statement], refused: Sequence[str] = ()) -> Summary:
    """One section with ``kept``, one not discussed, one failed; ``refused`` are reasons."""
    return Summary(
        template="soap",
        language="en",
        title="-",
        sections=(
            Section(
                key="history",
                heading="-",
                state=SectionState.documented,
                statements=tuple(kept),
            ),
            Section(key="family", heading="-", state=SectionState.not_discussed),
            Section(key="plan", heading="-", state=SectionState.failed, problem="-"),
        ),
        unsupported=tuple(Unsupported(section="plan", text="-", reason=r) for r in refused),
        transcript_sha256="0" * 64,
        provenance=PROVENANCE,
    )
