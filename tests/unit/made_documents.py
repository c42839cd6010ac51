"""Small documents of every format, made here, about patients who do not exist."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from email.message import EmailMessage
from typing import Any
from xml.sax.saxutils import quoteattr

LETTER_FR = """CENTRE HOSPITALIER DES TILLEULS
Service de cardiologie

COMPTE RENDU DE CONSULTATION

Paris, le 3 mai 2023

Patiente née le 14/02/1951

MOTIF
Bilan d'une dyspnée d'effort apparue il y a trois mois, sans douleur thoracique ni palpi-
tations, chez une patiente suivie pour une hypertension artérielle depuis de longues années
et traitée par périndopril.

ANTÉCÉDENTS
- Appendicectomie en 1978
- Hypertension artérielle

CONCLUSION
Échographie cardiaque normale.
"""


def pdf(pages: list[str], *, columns: bool = False, footer: str = "", size: float = 10) -> bytes:
    """One text a page; with ``columns``, two texts a page."""
    from fpdf import FPDF

    document = FPDF(format="A4", unit="mm")
    document.set_auto_page_break(auto=False)
    document.set_font("Helvetica", size=size)
    for number, text in enumerate(pages, start=1):
        document.add_page()
        if footer:
            document.set_xy(20, 8)
            document.cell(0, 5, footer)
            document.set_xy(20, 285)
            document.cell(0, 5, f"Page {number}/{len(pages)}")
        if columns:
            for side, half in enumerate(text.split("\f")):
                document.set_xy(20 + side * 90, 30)
                document.multi_cell(80, 5, half, align="L")
        else:
            document.set_xy(20, 30)
            document.multi_cell(170, 5, text, align="L")
    return bytes(document.output())


def pdf_table(rows: list[tuple[str, ...]]) -> bytes:
    from fpdf import FPDF

    document = FPDF(format="A4", unit="mm")
    document.add_page()
    document.set_font("Helvetica", size=10)
    for cells in rows:
        for cell in cells:
            document.cell(45, 6, cell)
        document.ln(6)
    return bytes(document.output())


def pdf_scanned(pages: int = 1, *, text_on: int | None = None) -> bytes:
    """Pages that are pictures; one of them has text."""
    from fpdf import FPDF
    from PIL import Image

    document = FPDF(format="A4", unit="mm")
    document.set_font("Helvetica", size=10)
    for number in range(1, pages + 1):
        document.add_page()
        if number == text_on:
            document.multi_cell(170, 5, "Compte rendu du 12/03/2024 : examen sans particularité.")
        else:
            document.image(Image.new("L", (60, 80), 200), x=10, y=10, w=100)
    return bytes(document.output())


def pdf_locked() -> bytes:
    from fpdf import FPDF

    document = FPDF()
    document.set_encryption("owner", "user")
    document.add_page()
    document.set_font("Helvetica", size=10)
    document.cell(0, 5, "secret")
    return bytes(document.output())


def docx() -> bytes:
    import docx as library
    from docx.oxml import parse_xml

    document = library.Document()
    document.sections[0].header.paragraphs[0].text = "CH des Tilleuls, page"
    document.add_heading("Compte rendu opératoire du 12/03/2024", 1)
    document.add_paragraph("Cholécystectomie par voie cœlioscopique.")
    document.add_paragraph("Antibioprophylaxie par céfazoline 2 g", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(
        table.rows, (("Hémoglobine", "12,4 g/dL"), ("CRP", "5 mg/L")), strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = document.element.body
    body.insert(
        len(body) - 1,
        parse_xml(
            f"<w:sdt {w}><w:sdtContent><w:p><w:r><w:t>Dans un champ de saisie</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        ),
    )
    body.insert(
        len(body) - 1,
        parse_xml(
            f'<w:p {w}><w:ins w:id="1" w:author="x"><w:r><w:t>Ajouté au suivi</w:t></w:r></w:ins>'
            '<w:del w:id="2" w:author="x"><w:r><w:delText>Retiré</w:delText></w:r></w:del></w:p>'
        ),
    )
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Lettre de sortie du 4 juin 2022\par "
    rb"Sortie apr\'e8s une pneumopathie trait\'e9e par amoxicilline.\par }"
)

HTML = """<html lang="fr"><head><title>Bilan biologique</title><script>alert(1)</script></head>
<body><h1>Bilan biologique du 02/01/2024</h1><style>p {color: red}</style>
<p>Prélèvement veineux,<br>à jeun.</p><ul><li>Patient <b>à jeun</b></li></ul>
<table><tr><th>Analyse</th><th>Résultat</th></tr>
<tr><td>Potassium</td><td>4,1 mmol/L</td></tr></table>
</body></html>"""


def mail(*, attachment: tuple[str, bytes] | None = None, html: bool = False) -> bytes:
    message = EmailMessage()
    message["From"] = "Dr Claire Roche <claire.roche@example.org>"
    message["To"] = "secretariat@example.org"
    message["Date"] = "Tue, 12 Mar 2024 09:30:00 +0100"
    message["Subject"] = "Résultats de scintigraphie"
    message["Message-ID"] = "<1@example.org>"
    if html:
        message.set_content("<p>La scintigraphie est normale.</p>", subtype="html")
    else:
        message.set_content("Cher confrère,\n\nLa scintigraphie est normale.\n")
    if attachment:
        message.add_attachment(
            attachment[1], maintype="application", subtype="octet-stream", filename=attachment[0]
        )
    return message.as_bytes()


CDA = """<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="CR de biologie"/>
<title>Compte rendu d'examens biologiques</title>
<effectiveTime value="20240105101500+0100"/><languageCode code="fr-FR"/>
<recordTarget><patientRole><patient><birthTime value="19510214"/></patient></patientRole>
</recordTarget>
<author><assignedAuthor><assignedPerson><name><prefix>Dr</prefix><given>Claire</given>
<family>Roche</family></name></assignedPerson></assignedAuthor></author>
<component><structuredBody><component><section>
<code code="18719-5" codeSystem="2.16.840.1.113883.6.1" displayName="Biochimie"/>
<title>Biochimie</title>
<text>Sérum, à jeun.<table><thead><tr><th>Analyse</th><th>Résultat</th></tr></thead><tbody>
<tr><td><content ID="a1">Glycémie</content></td><td>5,2 mmol/L</td></tr></tbody></table></text>
<entry><observation classCode="OBS" moodCode="EVN">
<code code="14749-6" codeSystem="2.16.840.1.113883.6.1" displayName="Glucose">
<originalText><reference value="#a1"/></originalText></code>
<effectiveTime value="20240104"/><value xsi:type="PQ" value="5.2" unit="mmol/L"/>
</observation></entry>
</section></component><component><section><title>Sans texte</title>
<entry><observation classCode="OBS" moodCode="EVN">
<code code="2823-3" codeSystem="2.16.840.1.113883.6.1" displayName="Potassium"/>
<value xsi:type="PQ" value="4.1" unit="mmol/L"/></observation></entry>
</section></component></structuredBody></component></ClinicalDocument>"""


def scan(text: str, *, blur: float = 0.8, angle: float = 0.4) -> bytes:
    """A page as a scanner gives it, PNG: 150 dpi, not quite straight, with grain."""
    import pypdfium2 as pdfium
    from fpdf import FPDF
    from PIL import Image, ImageFilter

    document = FPDF(format="A4", unit="mm")
    document.add_page()
    document.set_font("Helvetica", size=11)
    document.multi_cell(170, 6, text)
    page = pdfium.PdfDocument(bytes(document.output()))[0].render(scale=150 / 72).to_pil()
    grey = page.convert("L").rotate(angle, fillcolor=255, resample=Image.Resampling.BICUBIC)
    soft = grey.filter(ImageFilter.GaussianBlur(blur))
    held = io.BytesIO()
    Image.blend(soft, Image.effect_noise(soft.size, 30), 0.25).save(held, "PNG")
    return held.getvalue()


def pdf_of_picture(png: bytes) -> bytes:
    from fpdf import FPDF

    document = FPDF(format="A4", unit="mm")
    document.add_page()
    document.image(io.BytesIO(png), x=0, y=0, w=210)
    return bytes(document.output())


def fhir() -> dict[str, Any]:
    snomed, loinc = "http://snomed.info/sct", "http://loinc.org"
    resources: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1951-02-14"},
        {
            "resourceType": "Condition",
            "code": {"coding": [{"system": snomed, "code": "38341003", "display": "Hypertension"}]},
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "onsetDateTime": "2009-05",
        },
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": loinc, "code": "2823-3", "display": "Potassium"}]},
            "effectiveDateTime": "2024-01-04T08:00:00Z",
            "valueQuantity": {"value": 4.1, "unit": "mmol/L"},
        },
        {
            "resourceType": "MedicationRequest",
            "status": "stopped",
            "statusReason": {"text": "cough"},
            "medicationCodeableConcept": {"text": "Perindopril 5 mg"},
            "authoredOn": "2019-02-01",
            "dosageInstruction": [{"text": "one tablet in the morning"}],
        },
        {
            "resourceType": "DocumentReference",
            "type": {"text": "Discharge summary"},
            "date": "2018-03-02T10:00:00Z",
            "content": [
                {
                    "attachment": {
                        "contentType": "text/plain",
                        "title": "stay",
                        "data": base64.b64encode(
                            b"Discharge summary\n\nThe patient was well and was sent home."
                        ).decode(),
                    }
                }
            ],
        },
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": resource} for resource in resources],
    }


def fhir_bytes() -> bytes:
    return json.dumps(fhir()).encode()


def fhir_xml(prefix: str = "") -> bytes:
    """The same bundle, by the rules of https://hl7.org/fhir/R4/xml.html."""
    tag = f"{prefix}:" if prefix else ""

    def element(name: str, value: Any) -> str:
        if isinstance(value, list):
            return "".join(element(name, one) for one in value)
        if not isinstance(value, dict):
            return f"<{tag}{name} value={quoteattr(str(value))}/>"
        inside = "".join(element(key, one) for key, one in value.items() if key != "resourceType")
        kind = value.get("resourceType")
        if kind:
            inside = f"<{tag}{kind}>{inside}</{tag}{kind}>"
        return f"<{tag}{name}>{inside}</{tag}{name}>"

    whole = fhir()
    inside = "".join(element(key, one) for key, one in whole.items() if key != "resourceType")
    xmlns = f"xmlns:{prefix}" if prefix else "xmlns"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><!-- <html> --><{tag}Bundle '
        f'{xmlns}="http://hl7.org/fhir">{inside}</{tag}Bundle>'
    ).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()
