"""What a narrative says, measured against coded entries, on a document written for it."""

from __future__ import annotations

from pathlib import Path

from jobs.evaluate_cda import coded, evaluate_cda, to_markdown, without_entries
from records.limits import Limits
from records.readers.xml import parsed

_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<title>Compte rendu</title><effectiveTime value="20240301"/><languageCode code="fr-FR"/>
<component><structuredBody><component><section><title>Biologie</title>
<text><paragraph>Hémoglobine 12,0 g/dL. Asthme.</paragraph>
<paragraph>Traitement : prednisone 20 mg par jour.</paragraph></text>
<entry><observation classCode="OBS" moodCode="EVN"><code code="718-7"/>
<value xsi:type="PQ" value="12" unit="g/dL"/></observation></entry>
<entry><observation classCode="OBS" moodCode="EVN"><code code="777-3"/>
<value xsi:type="PQ" value="250" unit="10*9/L"/></observation></entry>
<entry><observation classCode="OBS" moodCode="EVN"><code code="X"/>
<value xsi:type="CD" code="J45" codeSystem="2.16.840.1.113883.6.3" displayName="Asthme"/>
</observation></entry>
<entry><substanceAdministration classCode="SBADM" moodCode="INT"><consumable>
<manufacturedProduct><manufacturedMaterial><code code="1" displayName="PREDNISONE 20 mg"/>
<name>PREDNISONE 20 mg, comprimé</name></manufacturedMaterial></manufacturedProduct>
</consumable></substanceAdministration></entry>
<entry><substanceAdministration classCode="SBADM" moodCode="INT" negationInd="true"><consumable>
<manufacturedProduct><manufacturedMaterial><code code="2" displayName="ASPIRINE"/>
</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry>
</section></component></structuredBody></component></ClinicalDocument>
"""


def test_only_what_the_narrative_holds_is_wanted() -> None:
    gold = coded(parsed(_DOCUMENT.encode(), Limits()))
    assert gold.values == {"hemoglobin 12"}
    assert gold.beyond == {"platelets 250"}
    assert gold.diagnoses == {"asthme"}
    assert "prednisone" in gold.drugs


def test_nothing_is_read_from_an_entry() -> None:
    left = without_entries(parsed(_DOCUMENT.encode(), Limits())).decode()
    assert "250" not in left
    assert "12,0 g/dL" in left


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_text(_DOCUMENT, encoding="utf-8")
    (tmp_path / "other.xml").write_text("<other/>", encoding="utf-8")
    figures = {one.kind: one.agreement for one in evaluate_cda(tmp_path)}
    for kind in ("values", "values in scope", "drugs"):
        assert (figures[kind].right, figures[kind].missed, figures[kind].invented) == (1, 0, 0)
    shown = to_markdown(evaluate_cda(tmp_path))
    assert "| drugs | fr | 1 | 1 | 0 | 0 | 1.000 | 1.000 | 1.000 |" in shown


def test_our_english_documents_are_read_as_well_as_before() -> None:
    """A floor, not an estimate: they are ours."""
    folder = Path(__file__).parents[2] / "evaluation" / "samples" / "cda" / "en"
    found = {one.kind: one.agreement for one in evaluate_cda(folder)}
    assert (found["values in scope"].f1 or 0) >= 0.92
    assert (found["drugs"].f1, found["diagnoses"].recall) == (1.0, 1.0)
