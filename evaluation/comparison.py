"""Two runs over the same recordings, rate by rate: what changed, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Sequence

from consultation.errors import InvalidOption
from consultation.wire import Record
from evaluation.figures import Figures
from evaluation.intervals import Difference, difference
from evaluation.rates import RATES, Rate
from evaluation.report import Report


class Compared(Record):
    """One rate in two runs."""

    rate: str
    title: str
    language: str
    """Of the recordings compared; ``-`` for all."""
    lower_is_better: bool
    share: bool
    difference: Difference

    @property
    def verdict(self) -> str:
        """better, worse, or no difference that chance does not explain."""
        if not self.difference.significant or not self.difference.difference:
            return "no difference shown"
        fell = self.difference.difference < 0
        return "better" if fell == self.lower_is_better else "worse"


class Comparison(Record):
    before: str
    after: str
    """When each was made, and of which version."""
    recordings: tuple[str, ...]
    left_out: tuple[str, ...]
    """In one of the runs only, or failed in one."""
    rates: tuple[Compared, ...]


def compare(before: Report, after: Report) -> Comparison:
    """Over the recordings that both measured. Raises InvalidOption when there is none."""
    first = {one.id: one for one in before.recordings if one.error is None}
    second = {one.id: one for one in after.recordings if one.error is None}
    shared = sorted(first.keys() & second.keys())
    if not shared:
        raise InvalidOption("the two reports have no recording in common")
    everything = {one.id for one in (*before.recordings, *after.recordings)}
    languages = sorted({first[one].language for one in shared})
    groups = [("-", shared)] + [
        (language, [one for one in shared if first[one].language == language])
        for language in languages
        if len(languages) > 1
    ]
    found = [
        one
        for language, ids in groups
        for rate in RATES
        if (one := _compared(rate, language, [first[i] for i in ids], [second[i] for i in ids]))
    ]
    return Comparison(
        before=_name(before),
        after=_name(after),
        recordings=tuple(shared),
        left_out=tuple(sorted(everything - set(shared))),
        rates=tuple(found),
    )


COLUMNS = ("Rate", "Of", "Before", "After", "Difference", "95 %", "Chance", "")


def opening(comparison: Comparison) -> str:
    return (
        f"Before: {comparison.before}. After: {comparison.after}. "
        f"{len(comparison.recordings)} recordings in both."
    )


def cells(one: Compared) -> tuple[str, ...]:
    """Of a table whose head is ``COLUMNS``."""
    found = one.difference
    edges = "–"
    if found.low is not None and found.high is not None:
        edges = f"{_shown(one, found.low)} to {_shown(one, found.high)}"
    return (
        one.title,
        one.language,
        _shown(one, found.before),
        _shown(one, found.after),
        _shown(one, found.difference, sign=True),
        edges,
        "–" if found.chance is None else f"{found.chance:.3f}",
        one.verdict,
    )


def to_markdown(comparison: Comparison) -> str:
    rows = (COLUMNS, ("---",) * len(COLUMNS), *(cells(one) for one in comparison.rates))
    lines = [opening(comparison), "", *(f"| {' | '.join(row)} |" for row in rows)]
    if comparison.left_out:
        lines += ["", "Not compared: " + ", ".join(comparison.left_out) + "."]
    return "\n".join(lines) + "\n"


def _compared(
    rate: Rate, language: str, before: Sequence[Figures], after: Sequence[Figures]
) -> Compared | None:
    pairs = [
        (b, a)
        for one, other in zip(before, after, strict=True)
        if (b := rate.counts(one)) is not None and (a := rate.counts(other)) is not None
    ]
    found = difference([b for b, _ in pairs], [a for _, a in pairs]) if pairs else None
    if found is None:
        return None
    return Compared(
        rate=rate.key,
        title=rate.title,
        language=language,
        lower_is_better=rate.lower_is_better,
        share=rate.share,
        difference=found,
    )


def _shown(one: Compared, value: float, *, sign: bool = False) -> str:
    number = 100 * value if one.share else value
    text = f"{number:+.1f}" if sign else f"{number:.1f}"
    return f"{text} %" if one.share else (f"{value:+.2f}" if sign else f"{value:.2f}")


def _name(report: Report) -> str:
    return f"version {report.conditions.version}, {report.conditions.created}"
