"""A report as one HTML file that asks for nothing else: plots, intervals, and what is missing.

Under the five headings by which a tool for care is judged: medical, patient, organisational,
economic, environmental.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from evaluation.comparison import COLUMNS, Comparison, cells, opening
from evaluation.energy import Cost, EnergySource
from evaluation.figures import Figures
from evaluation.intervals import Interval
from evaluation.plots import Bar, bars
from evaluation.rates import RATES, Heading, Rate
from evaluation.report import Report
from evaluation.review import Review

_TITLES = {
    Heading.medical: "Medical: are the words, the drugs and the numbers right?",
    Heading.patient: "Patient: is what was said kept, and given to who said it?",
    Heading.organisational: "Organisational: how long does it take, and what is left to do?",
    Heading.economic: "Economic: what does it cost?",
    Heading.environmental: "Environmental: what does it draw?",
}
_STYLE = """
:root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6775;--line:#d9dee5;--paper:#fff;
--one:#9db8d6;--pool:#2563a8;--edge:#8a3b12}
@media(prefers-color-scheme:dark){:root{--ink:#e7ebf0;--soft:#a3afbd;--line:#38424f;
--paper:#14181d;--one:#3d5876;--pool:#7fb2ea;--edge:#f0a77c}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2.2rem 0 .4rem;
border-top:1px solid var(--line);padding-top:1rem}h3{font-size:1rem;margin:1.2rem 0 .2rem}
p,li{max-width:46rem}.soft{color:var(--soft)}table{border-collapse:collapse;display:block;
overflow-x:auto}td,th{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:left;
font-variant-numeric:tabular-nums}svg{max-width:100%;height:auto;display:block}
svg text{font-size:13px;fill:var(--ink)}svg .strong{font-weight:600}
rect.one{fill:var(--one)}rect.pool{fill:var(--pool)}path.interval{stroke:var(--edge);
stroke-width:1.5;fill:none}
"""


def to_html(
    report: Report,
    *,
    cost: Cost | None = None,
    reviews: Sequence[Review] = (),
    comparison: Comparison | None = None,
) -> str:
    """One file, without scripts, fonts or pictures from elsewhere."""
    parts = [_opening(report)]
    for heading in Heading:
        parts.append(f"<h2>{escape(_TITLES[heading])}</h2>")
        plots = [_plot(rate, report) for rate in RATES if rate.heading is heading]
        body = [plot for plot in plots if plot]
        if heading is Heading.organisational:
            body.append(_reviews(reviews))
        if heading is Heading.economic:
            body.append(_money(cost))
        if heading is Heading.environmental:
            body.append(_energy(report, cost))
        parts += body or ['<p class="soft">Nothing was measured: no reference tells.</p>']
    if comparison is not None:
        parts += ["<h2>Against another run</h2>", _compared(comparison)]
    failed = [one for one in report.recordings if one.error]
    if failed:
        items = "".join(f"<li>{escape(one.id)}: {escape(one.error or '')}</li>" for one in failed)
        parts.append(f"<h2>Not measured</h2><ul>{items}</ul>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>anamnese: evaluation</title><style>{_STYLE}</style></head><body><main>"
        + "\n".join(parts)
        + "</main></body></html>\n"
    )


def _opening(report: Report) -> str:
    about = report.conditions
    measured = [one for one in report.recordings if one.error is None]
    minutes = sum(one.duration for one in measured) / 60
    models = "".join(
        f"<li>{escape(m.task)}: {escape(m.name)} ({escape(m.engine)})</li>" for m in about.models
    )
    return (
        "<h1>Evaluation</h1>"
        f"<p>{len(measured)} recordings, {minutes:.1f} minutes. Version {escape(about.version)}, "
        f"profile {escape(about.profile)}, {escape(about.machine)}, {escape(about.created)}, "
        f"{'with' if about.vocabulary else 'without'} vocabulary.</p><ul>{models}</ul>"
        '<p class="soft">Bars are rates of one recording, or of all of a language (dark). '
        "Whiskers: 95 % by drawing recordings again (2,000 draws); fewer than three recordings "
        "have none. A rate without a reference is not shown.</p>"
    )


def _plot(rate: Rate, report: Report) -> str:
    between = {one.pool: one.interval for one in report.intervals if one.rate == rate.key}
    rows = [bar for one in report.recordings if (bar := _bar(rate, one, None, False)) is not None]
    # A pool is drawn from the sums of its recordings, as in the tables.
    rows += [
        bar
        for one in report.pools
        if (bar := _bar(rate, one, between.get(one.id), True)) is not None
    ]
    if not rows:
        return ""
    aim = "lower is better" if rate.lower_is_better else "higher is better"
    return f'<h3>{escape(rate.title)} <span class="soft">({aim})</span></h3>' + bars(
        rate.title, rows, share=rate.share
    )


def _bar(rate: Rate, figures: Figures, between: Interval | None, strong: bool) -> Bar | None:
    counts = rate.counts(figures) if figures.error is None else None
    if counts is None or not counts[1]:
        return None
    return Bar(
        label=figures.id,
        value=counts[0] / counts[1],
        low=between.low if between else None,
        high=between.high if between else None,
        strong=strong,
    )


def _reviews(reviews: Sequence[Review]) -> str:
    if not reviews:
        return (
            '<p class="soft">What clinicians changed before signing is not known: no signed notes '
            "were given.</p>"
        )
    words = sum(one.words.reference for one in reviews)
    edits = sum(
        one.words.substitutions + one.words.insertions + one.words.deletions for one in reviews
    )
    waits = sorted(one.waited for one in reviews if one.waited is not None)
    rows = [
        ("Signed notes", str(len(reviews))),
        ("Words changed, of words signed", f"{100 * edits / words:.1f} %" if words else "–"),
        ("Statements edited", str(sum(one.edited for one in reviews))),
        ("Statements added", str(sum(one.added for one in reviews))),
        ("Statements removed", str(sum(one.removed for one in reviews))),
        (
            "From draft to signature, median",
            f"{waits[len(waits) // 2] / 60:.0f} min" if waits else "–",
        ),
    ]
    return _table(rows)


def _money(cost: Cost | None) -> str:
    if cost is None or cost.money is None:
        return (
            '<p class="soft">Not computed: give what your machine and your electricity cost '
            "(--costs).</p>"
        )
    return _table(
        [
            ("Mean consultation", f"{cost.consultation / 60:.1f} min"),
            ("Time of the machine for one", f"{cost.machine:.0f} s"),
            ("A thousand consultations", f"{cost.money:.2f} {cost.currency}"),
        ]
    )


def _energy(report: Report, cost: Cost | None) -> str:
    energy = report.conditions.energy
    if energy is None:
        return (
            '<p class="soft">Not measured: this machine shows no energy counters. Give the watts '
            "of a core (--costs) for an estimate.</p>"
        )
    how = (
        "counters of processor and graphics cards, of the whole machine"
        if energy.source is EnergySource.counters
        else f"estimated from {energy.processor_time:.0f} s of processor time"
    )
    rows = [("Energy of the run", f"{energy.joules / 3600:.2f} Wh ({how})")]
    if cost is not None and cost.watt_hours is not None:
        rows.append(("Energy of one consultation", f"{cost.watt_hours:.2f} Wh"))
    if cost is not None and cost.grams is not None:
        rows.append(("CO2 equivalent of one consultation", f"{cost.grams:.2f} g"))
    return _table(rows)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in rows
    )
    return f"<table>{cells}</table>"


def _compared(comparison: Comparison) -> str:
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in COLUMNS)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells(one)) + "</tr>"
        for one in comparison.rates
    )
    return f"<p>{escape(opening(comparison))}</p><table><tr>{head}</tr>{body}</table>"
