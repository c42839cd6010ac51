"""A report as Markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from evaluation.der import SpeakerTime
from evaluation.drugs import Found
from evaluation.figures import Figures
from evaluation.rates import RATES
from evaluation.report import Report
from evaluation.wer import Errors


class View(StrEnum):
    """A part of a report; one run measures all of it."""

    everything = "everything"
    asr = "asr"
    diarisation = "diarisation"
    attribution = "attribution"
    notes = "notes"


def to_markdown(report: Report, view: View = View.everything) -> str:
    """Tables for a reader; a dash, or no line, where there is no reference."""
    rows = [*report.recordings, *report.pools]
    about = report.conditions
    lines = [
        f"Version {about.version}, profile {about.profile}, {about.machine}, "
        f"{'with' if about.vocabulary else 'without'} vocabulary, {about.created}.",
        "",
        *(f"- {m.task}: {m.name} ({m.engine})" for m in about.models),
        "",
        *(line for columns in _columns(view, rows) for line in _table(rows, columns)),
        *_intervals(report),
    ]
    failed = [f"- {row.id}: {row.error}" for row in report.recordings if row.error]
    if failed:
        lines += ["Not measured:", "", *failed, ""]
    if about.peak_memory_mb:
        lines.append(f"Peak memory: {about.peak_memory_mb} MB.")
    return "\n".join(lines).rstrip() + "\n"


_Column = tuple[str, Callable[[Figures], str]]


def _columns(view: View, rows: Sequence[Figures]) -> list[tuple[_Column, ...]]:
    cost = _cost(rows)
    return {
        View.everything: [_WORDS + _BY_SPEAKER, _SPEAKERS + _ROLES, _CONTENT, cost, _NOTES],
        View.asr: [_WORDS, _CONTENT, cost],
        View.diarisation: [_SPEAKERS, cost],
        View.attribution: [_BY_SPEAKER + _ROLES, cost],
        View.notes: [_NOTES, cost],
    }[view]


def _intervals(report: Report) -> list[str]:
    """Between what the pooled rates could lie, had other recordings been measured."""
    titles = {rate.key: rate for rate in RATES}
    lines = [
        f"| {one.pool} | {titles[one.rate].title} | {_value(one.interval.low, one.rate)} "
        f"| {_value(one.interval.high, one.rate)} | {one.interval.recordings} |"
        for one in report.intervals
    ]
    if not lines:
        return []
    return ["| Pool | Rate | 95 % from | to | Recordings |", "|---|---|---|---|---|", *lines, ""]


def _value(value: float, rate: str) -> str:
    return percent(value) if _SHARES[rate] else f"{value:.3f}"


_SHARES = {rate.key: rate.share for rate in RATES}


def percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f}"


def _of(errors: Errors | SpeakerTime | None) -> str:
    return percent(errors.rate if errors else None)


def _edits(row: Figures) -> str:
    found = row.words
    return f"{found.substitutions}/{found.insertions}/{found.deletions}" if found else "–"


def _share(found: Found | None) -> str:
    return f"{found.both}/{found.said}" if found and found.said else "–"


def _roles(row: Figures) -> str:
    found = row.roles
    return f"{found.right}/{found.right + found.wrong}" if found else "–"


def _count_error(row: Figures) -> str:
    if row.speaker_count_error is None:
        return "–"
    return f"{row.speaker_count_error:+.0f}" if row.speakers else f"{row.speaker_count_error:.2f}"


def _misattributed(row: Figures) -> str:
    return percent(row.misattributed_words / row.aligned_words if row.aligned_words else None)


_WORDS: tuple[_Column, ...] = (
    ("Words", lambda row: str(row.words.reference) if row.words else "–"),
    ("WER %", lambda row: _of(row.words)),
    ("Sub/Ins/Del", _edits),
    ("CER %", lambda row: _of(row.characters)),
)
_BY_SPEAKER: tuple[_Column, ...] = (
    ("cpWER %", lambda row: _of(row.cp)),
    ("tcpWER %", lambda row: _of(row.tcp)),
    ("WDER %", _misattributed),
)
_SPEAKERS: tuple[_Column, ...] = (
    ("DER %", lambda row: _of(row.strict)),
    ("DER % (0.25 s)", lambda row: _of(row.collar)),
    ("JER %", lambda row: percent(row.jaccard)),
    ("Speakers ±", _count_error),
)
_ROLES: tuple[_Column, ...] = (
    ("Roles right", _roles),
    ("Abstained", lambda row: str(row.roles.abstained) if row.roles else "–"),
    ("Unheard", lambda row: str(row.roles.unheard) if row.roles else "–"),
)
_CONTENT: tuple[_Column, ...] = (
    ("Drugs, exact", lambda row: _share(row.drugs.exact if row.drugs else None)),
    ("Drugs, by sound", lambda row: _share(row.drugs.by_sound if row.drugs else None)),
    ("Drug precision %", lambda row: percent(row.drugs.by_sound.precision if row.drugs else None)),
    ("Numbers", lambda row: _share(row.numbers)),
    ("Number precision %", lambda row: percent(row.numbers.precision if row.numbers else None)),
)
_NOTES: tuple[_Column, ...] = (
    ("Kept", lambda row: str(row.note.kept) if row.note else "–"),
    ("Verbatim %", lambda row: percent(row.note.share_verbatim if row.note else None)),
    ("Refused %", lambda row: percent(row.note.share_refused if row.note else None)),
    (
        "Refused, by rule",
        lambda row: (
            ", ".join(f"{rule} {count}" for rule, count in row.note.unsupported.items())
            if row.note
            else "–"
        ),
    ),
    (
        "Sections (said/not/failed)",
        lambda row: (
            f"{row.note.documented}/{row.note.not_discussed}/{row.note.failed}" if row.note else "–"
        ),
    ),
)


def _cost(rows: Sequence[Figures]) -> tuple[_Column, ...]:
    """Length, language, speech without words, and the real-time factor of each step."""

    def factor(name: str) -> Callable[[Figures], str]:
        def show(row: Figures) -> str:
            step = next((step for step in row.steps if step.name == name), None)
            if step is None or step.real_time_factor is None:
                return "–"
            return f"{step.real_time_factor:.3f}"

        return show

    names = dict.fromkeys(step.name for row in rows for step in row.steps)
    about: tuple[_Column, ...] = (
        ("Seconds", lambda row: f"{row.duration:.0f}"),
        ("Heard as", lambda row: row.detected or "–"),
        ("Gaps", lambda row: f"{row.gaps.gaps} ({row.gaps.seconds:.1f} s)" if row.gaps else "–"),
    )
    return (*about, *((f"{name} (RTF)", factor(name)) for name in names))


def _table(rows: Sequence[Figures], columns: Sequence[_Column]) -> list[str]:
    names = ["Recording", *(name for name, _ in columns)]
    cells = [(row.id, [show(row) for _, show in columns]) for row in rows if row.error is None]
    shown = [(name, values) for name, values in cells if any(value != "–" for value in values)]
    if not shown:
        return []
    return [
        "| " + " | ".join(names) + " |",
        "|" + "---|" * len(names),
        *("| " + " | ".join([name, *values]) + " |" for name, values in shown),
        "",
    ]
