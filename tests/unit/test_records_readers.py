"""Every reader, on a document of its format; and what holds for all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consultation.documents import (
    DateSource,
    DocumentFormat,
    DocumentKind,
    ParagraphKind,
    SourceDocument,
)
from records.read import read_document, read_record
from tests.unit import made_documents as made

EVERY = {
    "lettre.txt": made.LETTER_FR.encode(),
    "note.md": b"# Consultation du 03/02/2024\n\nPatient **stable**.\n\n- sans plainte\n",
    "lettre.pdf": made.pdf([made.LETTER_FR]),
    "cro.docx": made.docx(),
    "sortie.rtf": made.RTF,
    "bilan.html": made.HTML.encode(),
    "message.eml": made.mail(),
    "labo.xml": made.CDA.encode(),
    "dossier.json": made.fhir_bytes(),
}


def texts(document: SourceDocument, kind: ParagraphKind | None = None) -> list[str]:
    return [one.text for one in document.paragraphs if kind is None or one.kind is kind]


@pytest.mark.parametrize("name", EVERY)
def test_offsets_ids_and_headings_hold(name: str) -> None:
    document = read_document(name, EVERY[name])
    text = document.text
    for number, paragraph in enumerate(document.paragraphs, start=1):
        assert paragraph.id == f"p{number:04d}"
        assert text[paragraph.start : paragraph.end] == paragraph.text
        assert "\n" not in paragraph.text
    assert SourceDocument.model_validate_json(document.to_json()) == document


@pytest.mark.parametrize("name", EVERY)
def test_the_format_is_told_by_the_bytes(name: str) -> None:
    right = read_document(name, EVERY[name])
    wrong = read_document("download.bin", EVERY[name])
    assert wrong.format is right.format or right.format is DocumentFormat.markdown


def test_plain_text() -> None:
    document = read_document("lettre.txt", EVERY["lettre.txt"])
    assert document.kind is DocumentKind.consultation
    assert document.date == "2023-05-03"
    assert document.date_source is DateSource.text
    assert document.date_evidence is not None
    assert document.date_evidence.quote == "3 mai 2023"
    joined = next(one for one in document.paragraphs if one.text.startswith("Bilan"))
    assert "ni palpitations, chez une patiente" in joined.text
    assert joined.text.endswith("par périndopril.")
    assert joined.heading == "MOTIF"
    assert texts(document, ParagraphKind.item) == [
        "Appendicectomie en 1978",
        "Hypertension artérielle",
    ]


def test_pdf_reads_as_the_text_does() -> None:
    document = read_document("lettre.pdf", EVERY["lettre.pdf"])
    assert document.format is DocumentFormat.pdf
    assert document.pages == 1
    assert document.date == "2023-05-03"
    assert "CONCLUSION" in texts(document, ParagraphKind.heading)
    assert "Appendicectomie en 1978" in texts(document, ParagraphKind.item)
    assert any("ni palpitations, chez une patiente" in text for text in texts(document))


def test_pdf_columns_are_read_one_after_the_other() -> None:
    left = " ".join(f"gauche{i} du premier texte" for i in range(40))
    right = " ".join(f"droite{i} du second texte" for i in range(40))
    document = read_document("c.pdf", made.pdf([f"{left}\f{right}"], columns=True))
    assert document.text.replace("\n", " ") == f"{left} {right}"


def test_pdf_tables_are_kept_as_rows() -> None:
    rows = [("Analyse", "Valeur", "Norme"), ("Sodium", "141", "135-145"), ("CRP", "5", "< 5")]
    document = read_document("t.pdf", made.pdf_table(rows))
    assert texts(document, ParagraphKind.row) == [" | ".join(row) for row in rows]


def test_pdf_headers_and_footers_are_read_once_and_page_numbers_never() -> None:
    pages = [f"Texte de la page {name}." for name in ("une", "deux", "trois", "quatre")]
    document = read_document("p.pdf", made.pdf(pages, footer="Hôpital des Tilleuls, cardiologie"))
    assert document.text.count("Tilleuls") == 1
    assert "/4" not in document.text
    assert [one.page for one in document.paragraphs if one.text.startswith("Texte")] == [1, 2, 3, 4]


def test_scanned_pages_are_reported() -> None:
    document = read_document("s.pdf", made.pdf_scanned(4, text_on=2))
    assert document.warnings == ("scanned pages without text: 1, 3-4",)
    assert document.paragraphs[0].page == 2


def test_a_scanned_page_is_read_by_the_command_that_is_set(tmp_path: Path) -> None:
    script = tmp_path / "ocr"
    script.write_text('#!/bin/sh\ntest -s "$1" && echo "Scanner du 12/03/2024 : normal."\n')
    script.chmod(0o700)
    document = read_document("s.pdf", made.pdf_scanned(1), ocr=f"{script} {{image}}")
    assert document.text == "Scanner du 12/03/2024 : normal."
    assert document.warnings == ("pages read by OCR: 1",)


def test_docx() -> None:
    document = read_document("cro.docx", EVERY["cro.docx"])
    assert document.kind is DocumentKind.operation
    assert document.date == "2024-03-12"
    assert texts(document, ParagraphKind.item) == ["Antibioprophylaxie par céfazoline 2 g"]
    assert texts(document, ParagraphKind.row) == ["Hémoglobine | 12,4 g/dL", "CRP | 5 mg/L"]
    assert "Dans un champ de saisie" in texts(document)
    assert "Ajouté au suivi" in texts(document)
    assert "Retiré" not in document.text
    assert "page" not in document.text


def test_rtf() -> None:
    document = read_document("sortie.rtf", made.RTF)
    assert document.kind is DocumentKind.discharge
    assert document.date == "2022-06-04"
    assert "Sortie après une pneumopathie traitée par amoxicilline." in texts(document)


def test_html() -> None:
    document = read_document("bilan.html", EVERY["bilan.html"])
    assert document.kind is DocumentKind.laboratory
    assert document.date == "2024-01-02"
    assert "alert" not in document.text
    assert "color" not in document.text
    assert texts(document, ParagraphKind.item) == ["Patient à jeun"]
    assert texts(document, ParagraphKind.row) == ["Analyse | Résultat", "Potassium | 4,1 mmol/L"]


@pytest.mark.parametrize("html", [False, True])
def test_mail_and_its_attachment(html: bool) -> None:
    data = made.mail(html=html, attachment=("../cro.docx", made.docx()))
    record = read_record([("message.eml", data)])
    message, attached = record.documents
    assert message.date == "2024-03-12"
    assert message.date_source is DateSource.header
    assert message.author == "Dr Claire Roche"
    assert message.title == "Résultats de scintigraphie"
    assert "La scintigraphie est normale." in texts(message)
    assert attached.file == "message.eml/cro.docx"
    assert attached.kind is DocumentKind.operation


def test_cda_narrative_codes_and_header() -> None:
    document = read_document("labo.xml", EVERY["labo.xml"])
    assert document.kind is DocumentKind.laboratory
    assert document.kind_evidence.startswith("11502-2")
    assert (document.date, document.date_source) == ("2024-01-05", DateSource.header)
    assert document.author == "Dr Claire Roche"
    row = next(one for one in document.paragraphs if one.text == "Glycémie | 5,2 mmol/L")
    assert [code.code for code in row.codes] == ["14749-6"]
    assert row.date == "2024-01-04"
    assert row.heading == "Biochimie"
    assert "Sérum, à jeun." in texts(document)
    alone = next(one for one in document.paragraphs if "Potassium" in one.text)
    assert alone.text == "Potassium : 4.1 mmol/L"
    assert "1951" not in document.text


def test_cda_whose_body_is_a_pdf() -> None:
    import base64

    body = base64.b64encode(made.pdf([made.LETTER_FR])).decode()
    start, _ = made.CDA.split("<component>", 1)
    data = (
        f'{start}<component><nonXMLBody><text mediaType="application/pdf" representation="B64">'
        f"{body}</text></nonXMLBody></component></ClinicalDocument>"
    )
    document = read_document("labo.xml", data.encode())
    assert document.format is DocumentFormat.cda
    assert document.pages == 1
    assert any("périndopril" in text for text in texts(document))


def test_fhir_bundle_and_its_attached_text() -> None:
    bundle, attached = read_record([("dossier.json", made.fhir_bytes())]).documents
    lines = {one.text: one for one in bundle.paragraphs}
    potassium = lines["Potassium: 4.1 mmol/L (status final)"]
    assert potassium.date == "2024-01-04"
    assert [code.code for code in potassium.codes] == ["2823-3"]
    assert lines["Hypertension (status active)"].date == "2009-05"
    stopped = "Perindopril 5 mg (status stopped; stopped because cough; one tablet in the morning)"
    assert stopped in lines
    assert bundle.date == "2024-01-04"
    assert attached.kind is DocumentKind.discharge
    assert attached.date == "2018-03-02"


def test_fhir_as_xml_is_read_like_its_json() -> None:
    as_json = read_record([("dossier", made.fhir_bytes())]).documents
    for prefix in ("", "f"):
        as_xml = read_record([("dossier", made.fhir_xml(prefix))]).documents
        assert len(as_xml) == len(as_json) == 2
        for one, other in zip(as_xml, as_json, strict=True):
            # Of the bytes, which are other ones.
            assert one.model_copy(update={"sha256": other.sha256}) == other


def test_narrative_contained_and_plain_lists_of_fhir_xml() -> None:
    content = """<?xml version="1.0" encoding="ISO-8859-1"?>
<Bundle xmlns="http://hl7.org/fhir"><type value="document"/>
<entry><fullUrl value="urn:uuid:1"/><resource><Composition><language value="fr"/>
<title value="Lettre de liaison"/><date value="2024-03-05"/><author><reference value="#x"/></author>
<section><title value="Allergies"/><text><status value="generated"/>
<div xmlns="http://www.w3.org/1999/xhtml"><p>Allergie à la <b>pénicilline</b>.</p>
<ul><li>aucune autre</li></ul></div></text></section></Composition></resource></entry>
<entry><resource><Practitioner><id value="a"/><name><family value="Noël"/><given value="Anne"/>
</name></Practitioner></resource></entry>
<entry><resource><Observation><contained><Practitioner><id value="p"/><name><text value="Dr Li"/>
</name></Practitioner></contained><status value="final"/><code><text value="Potassium"/></code>
<effectiveDateTime value="2024-03-04"/><valueQuantity><value value="4.10"/><unit value="mmol/L"/>
</valueQuantity></Observation></resource></entry></Bundle>""".encode("iso-8859-1")
    document = read_document("x.xml", content)
    assert (document.format, document.title) == (DocumentFormat.fhir, "Lettre de liaison")
    assert (document.date, document.language) == ("2024-03-05", "fr")
    told = texts(document)
    assert "Allergie à la pénicilline." in told
    assert "aucune autre" in told
    assert any(line.startswith("Potassium") and "4.10 mmol/L" in line for line in told)


def test_fhir_extensions_are_read_and_what_was_an_error_is_not() -> None:
    snomed = "http://snomed.info/sct"
    cancer = {
        "resourceType": "Condition",
        "code": {"text": "Lung cancer"},
        "extension": [
            {
                "url": "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-behavior",
                "valueCodeableConcept": {
                    "coding": [{"system": snomed, "code": "35917007", "display": "Adenocarcinoma"}]
                },
            }
        ],
    }
    wrong = {
        "resourceType": "Condition",
        "code": {"text": "Leukaemia"},
        "verificationStatus": {"coding": [{"code": "entered-in-error"}]},
    }
    bundle = {"resourceType": "Bundle", "entry": [{"resource": cancer}, {"resource": wrong}]}
    document = read_document("x.json", json.dumps(bundle).encode())
    assert texts(document)[1:] == ["Lung cancer (histology behavior Adenocarcinoma)"]
    assert [one.code for one in document.paragraphs[1].codes] == ["35917007"]


def test_fhir_one_resource_a_line() -> None:
    lines = "\n".join(json.dumps(entry["resource"]) for entry in made.fhir()["entry"][:3])
    document = read_document("patient.ndjson", lines.encode())
    assert document.format is DocumentFormat.fhir
    assert "Potassium: 4.1 mmol/L (status final)" in texts(document)


@pytest.mark.parametrize(
    ("encoding", "guessed"),
    [("utf-8", False), ("utf-8-sig", False), ("utf-16", False), ("cp1252", True)],
)
def test_encodings(encoding: str, guessed: bool) -> None:
    document = read_document("lettre.txt", made.LETTER_FR.encode(encoding))
    assert "dyspnée d'effort apparue" in document.text
    assert any("guessed" in warning for warning in document.warnings) is guessed


def test_an_archive_a_folder_and_one_bad_file(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(
        made.zipped(
            {
                "x/lettre.txt": made.LETTER_FR.encode(),
                "__MACOSX/x/._lettre.txt": b"junk",
                "empty.txt": b"",
            }
        )
    )
    (tmp_path / "a.rtf").write_bytes(made.RTF)
    (tmp_path / "c.bin").write_bytes(bytes(range(256)) * 20)
    (tmp_path / ".hidden").write_bytes(b"x")
    record = read_record([tmp_path])
    assert [one.file for one in record.documents] == ["a.rtf", "b.zip/lettre.txt"]
    assert [one.id for one in record.documents] == ["d001", "d002"]
    assert {(one.file, one.code) for one in record.refused} == {
        ("b.zip/empty.txt", "empty_document"),
        ("c.bin", "unknown_format"),
    }
    assert all(one.hint for one in record.refused)


PROSE = (
    "Le patient a bénéficié d'un scanner thoracique qui retrouve une masse du lobe supérieur "
    "droit, avec des adénopathies médiastinales, et une biopsie a été réalisée sans complication "
    "le "
    "lendemain, dont l'analyse conclut à un adénocarcinome de phénotype bronchique."
)


def test_pdf_justified_text_is_one_paragraph_each() -> None:
    from fpdf import FPDF

    page = FPDF(format="A4", unit="mm")
    page.add_page()
    page.set_font("Times", size=11)
    for number in range(6):
        page.multi_cell(150, 5, f"{number}. {PROSE}", align="J")
        page.ln(4)
    document = read_document("j.pdf", bytes(page.output()))
    assert [one.text for one in document.paragraphs] == [f"{n}. {PROSE}" for n in range(6)]


def test_pdf_a_table_above_two_columns_and_a_sentence_over_two_pages() -> None:
    from fpdf import FPDF

    page = FPDF(format="A4", unit="mm")
    page.set_auto_page_break(auto=False)
    page.set_font("Helvetica", size=10)
    page.add_page()
    rows = [("Analyse", "Valeur", "Norme"), ("Sodium", "141", "135-145"), ("ACE", "45,3", "< 5")]
    for cells in rows:
        for cell in cells:
            page.cell(55, 6, cell)
        page.ln(6)
    page.ln(2)
    top = page.get_y()
    for side in range(2):
        page.set_xy(10 + side * 95, top)
        page.multi_cell(85, 5, f"Colonne {side}. {PROSE}", align="L")
    page.set_xy(10, 270)
    page.cell(0, 5, "Le traitement par pembrolizumab a été débuté sans attendre et se poursuit")
    page.add_page()
    page.set_xy(10, 30)
    page.cell(0, 5, "à ce jour, avec une bonne tolérance.")
    document = read_document("m.pdf", bytes(page.output()))
    assert [one.text for one in document.paragraphs] == [
        *(" | ".join(cells) for cells in rows),
        f"Colonne 0. {PROSE}",
        f"Colonne 1. {PROSE}",
        "Le traitement par pembrolizumab a été débuté sans attendre et se poursuit à ce jour, avec "
        "une bonne tolérance.",
    ]
