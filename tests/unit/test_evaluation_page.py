"""The report as one file: what it shows, what it says is missing, and that it asks for nothing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from consultation.errors import InvalidOption, UnreadableFile
from consultation.signoff import Author, Edit, NoteState, NoteVersion, Signature
from evaluation.comparison import compare
from evaluation.energy import Costs, Energy, EnergySource, cost, read_costs
from evaluation.figures import Figures
from evaluation.page import to_html
from evaluation.review import review
from jobs.energy import EnergyMeter
from tests.unit.evaluation_cases import statement, summary
from tests.unit.test_intervals import run


class Reader(HTMLParser):
    """Raises when a tag is closed that was not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "img", "iframe")
        for name, value in attrs:
            assert name not in ("src", "href", "onclick"), value
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(html: str) -> str:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return " ".join(reader.texts)


def test_five_headings_and_a_plot_of_each_rate() -> None:
    text = read(to_html(run(5, 10, 15, 20)))
    for heading in ("Medical", "Patient", "Organisational", "Economic", "Environmental"):
        assert f"{heading}:" in text
    assert "12.5 % (" in text  # of the pool, with its interval
    assert "20.0 %" in text  # of a recording


def test_what_is_not_known_is_said() -> None:
    text = read(to_html(run(5, 10)))
    assert "This machine shows no energy counters" in text.replace("this", "This")
    assert "Not computed" in text
    assert "no signed notes" in text


def test_names_of_recordings_are_text() -> None:
    bad = run(5).model_copy(
        update={"recordings": (Figures(id="<script>x</script>", language="fr", error="<b>"),)}
    )
    html = to_html(bad)
    assert "<script" not in html
    assert "<b>" not in html


def test_it_asks_nobody_for_anything() -> None:
    html = to_html(run(5, 10, 15), comparison=compare(run(5, 10, 15), run(6, 11, 16)))
    assert not re.search(r"https?://|url\(|@import", html)
    assert "Against another run" in read(html)


def test_cost_of_a_thousand() -> None:
    energy = Energy(joules=7200, source=EnergySource.counters, processor_time=10)
    found = cost(
        recordings=2,
        audio=1200,
        elapsed=360,
        energy=energy,
        costs=Costs(machine_per_hour=1.0, price_per_kwh=0.2, grams_per_kwh=50, overhead=1.5),
    )
    assert found is not None
    assert found.consultation == 600
    # 7,200 J × 1.5 over two is 5,400 J: 1.5 Wh.
    assert found.watt_hours == pytest.approx(1.5)
    assert found.grams == pytest.approx(0.075)
    # 180 s at 1 an hour, and 1.5 Wh at 0.2 a kWh, a thousand times.
    assert found.money == pytest.approx(50 + 0.3)


def test_a_price_that_nobody_gave_is_not_made_up() -> None:
    found = cost(recordings=1, audio=60, elapsed=30, energy=None, costs=Costs())
    assert found is not None
    assert found.money is None
    assert found.watt_hours is None
    assert cost(recordings=0, audio=0, elapsed=0, energy=None, costs=Costs()) is None


def test_costs_that_are_wrong_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "costs.json"
    with pytest.raises(UnreadableFile):
        read_costs(file)
    for content in ("{", '{"machine_per_hour": -1}', '{"unknown": 1}'):
        file.write_text(content)
        with pytest.raises(InvalidOption):
            read_costs(file)
    file.write_text(json.dumps({"watts_per_core": 8}))
    assert read_costs(file).watts_per_core == 8


def test_counters_that_turned_over(tmp_path: Path) -> None:
    package, part = tmp_path / "intel-rapl:0", tmp_path / "intel-rapl:0:0"
    for zone in (package, part):
        zone.mkdir()
        (zone / "energy_uj").write_text("9000000")
        (zone / "max_energy_range_uj").write_text("10000000")
    meter = EnergyMeter(rapl=tmp_path)
    (package / "energy_uj").write_text("2000000")
    found = meter.read()
    assert found is not None
    assert found.source is EnergySource.counters
    # 1 J to the end of the range and 2 J after it; the part is in the package already.
    assert found.joules == pytest.approx(3.0)


def test_without_counters_it_is_an_estimate_or_nothing(tmp_path: Path) -> None:
    assert EnergyMeter(rapl=tmp_path).read() is None
    found = EnergyMeter(10.0, rapl=tmp_path).read()
    assert found is not None
    assert found.source is EnergySource.processor_time
    assert found.joules == pytest.approx(10 * found.processor_time)


def test_what_a_clinician_changed() -> None:
    author = Author(id="key_1")
    note = summary([statement(1, "Douleur depuis trois jours", "douleur")], [])
    version = NoteVersion(
        revision=3,
        state=NoteState.signed,
        note=note,
        edits=tuple(
            Edit(
                kind="edit",
                section="a",
                statement="a.1",
                before=before,
                after=after,
                author=author,
                at="2026-01-01T00:05:00+00:00",
            )
            for before, after in (
                ("Douleur depuis deux jours", "Douleur depuis deux mois"),
                ("Douleur depuis deux mois", "Douleur depuis trois jours"),
            )
        ),
    )
    assert review(version) is None
    signature = Signature(
        name="Dr", author=author, at="2026-01-01T00:10:00+00:00", sha256=version.content_sha256
    )
    found = review(version.model_copy(update={"signature": signature}))
    assert found is not None
    # From the first words to the last: one word of four, whatever was tried in between.
    assert found.words.substitutions + found.words.insertions + found.words.deletions == 1
    assert found.edited == 1
    assert found.waited == 600
