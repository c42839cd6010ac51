"""Measuring polarity on annotated cases: reading them, and the arithmetic."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.errors import UnreadableFile
from evaluation.corpora.e3c import Case, Event, TimeExpression, read
from evaluation.negation import measure

XML = """<?xml version="1.0" encoding="UTF-8"?>
<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:custom="http:///webanno/custom.ecore"
 xmlns:cas="http:///uima/cas.ecore">
<custom:EVENT begin="4" end="10" polarity="NEG" contextualModality="ACTUAL"/>
<custom:EVENT begin="15" end="19" polarity="POS" contextualModality="HEDGED"/>
<custom:CLINENTITY begin="4" end="10"/>
<custom:TIMEX3 begin="20" end="31" timex3Class="DURATION" value="P3D"/>
<cas:Sofa sofaString="{text}"/>
</xmi:XMI>"""


def test_a_case_is_read_as_published(tmp_path: Path) -> None:
    text = "𝛼🙂. fièvre, toux 3 jours"
    xml = XML.format(text=text).replace('begin="4" end="10"', 'begin="6" end="12"')
    xml = xml.replace('begin="15" end="19"', 'begin="14" end="18"')
    xml = xml.replace('begin="20" end="31"', 'begin="19" end="26"')
    (tmp_path / "FR1.xml.gz").write_bytes(gzip.compress(xml.encode()))
    (tmp_path / "FR0.xml").write_text(xml, "utf-8")
    first, second = read(tmp_path)
    assert (first.id, second.id) == ("FR0", "FR1")
    assert first.text == text
    assert [text[e.start : e.end] for e in first.events] == ["fièvre", "toux"]
    assert [(e.negated, e.clinical, e.modality) for e in first.events] == [
        (True, True, "ACTUAL"),
        (False, False, "HEDGED"),
    ]
    assert text[first.times[0].start : first.times[0].end] == "3 jours"


@pytest.mark.parametrize("content", [b"", b"<a>", b"\x1f\x8b broken"])
def test_a_broken_case_is_an_error_without_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret.xml.gz").write_bytes(content)
    with pytest.raises(UnreadableFile) as error:
        list(read(tmp_path))
    assert "secret" not in str(error.value)


def test_the_arithmetic() -> None:
    text = "Pas de fièvre. Toux depuis 3 jours. Ni rash ni douleur depuis mars 2012."
    wanted = {"fièvre": True, "Toux": True, "rash": False, "douleur": True}
    case = Case(
        "one",
        text,
        tuple(
            Event(text.index(word), text.index(word) + len(word), negated, "ACTUAL", word != "rash")
            for word, negated in wanted.items()
        ),
        (
            TimeExpression(text.index("3 j"), text.index("3 j") + 7, "DURATION", "P3D"),
            TimeExpression(text.index("mars"), len(text) - 1, "DATE", "2012-03"),
            TimeExpression(text.index("mars"), len(text) - 1, "DATE", "2012-04"),
            TimeExpression(0, 3, "DATE", "1999"),
        ),
    )
    report = measure([case], "fr")
    assert (report.negation.right, report.negation.invented, report.negation.missed) == (2, 1, 1)
    assert report.negation.precision == report.negation.recall == pytest.approx(2 / 3)
    assert report.negation.f1 == pytest.approx(2 / 3)
    assert (report.clinical.right, report.clinical.invented, report.clinical.missed) == (2, 0, 1)
    assert report.uncertainty.f1 is None
    assert (report.durations.marked, report.durations.equal) == (1, 1)
    # The text does not say 1999; April is not March.
    assert (report.dates.marked, report.dates.found, report.dates.equal) == (2, 2, 1)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.data())
def test_utf_16_offsets_become_characters(text: str, data: st.DataObject) -> None:
    from evaluation.corpora.e3c import _places

    at = data.draw(st.integers(0, len(text)))
    units = len(text[:at].encode("utf-16-le")) // 2
    assert _places(text)(str(units)) == at
