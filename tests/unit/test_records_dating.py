"""The kind and the date of a document, and the words that told them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.documents import DateSource, DocumentKind, SourceDocument, is_partial_date
from records.dating import file_date
from records.read import read_document
from records.written_dates import day_first, written_dates


def read(text: str, name: str = "x.txt") -> SourceDocument:
    return read_document(name, text.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Compte rendu opératoire du 12/03/2024\n\nNée le 01/02/1950\n\nIntervention.",
            "2024-03-12",
        ),
        ("Mme X, née le 01/02/1950\n\nParis, le 3 mai 2023\n\nCher confrère,", "2023-05-03"),
        ("Date de naissance : 01/02/1950\nDate de l'examen : 05.06.2021\nScanner", "2021-06-05"),
        ("DDN 01/02/1950\n\nRCP du 1er juin 2020\n\nDossier présenté.", "2020-06-01"),
        ("Patient né le 01/02/1950, vu en consultation le 12/09/2019.", "2019-09-12"),
        (
            "Hospitalisation du 02/01/2022 au 09/01/2022\n\nDate de sortie : 09/01/2022",
            "2022-01-09",
        ),
        (
            "Imprimé le 09/09/2024\nCompte rendu de consultation du 07/06/2024\nStable.",
            "2024-06-07",
        ),
        ("Prochain rendez-vous le 04/05/2025\nLille, le 04/11/2024\nCordialement", "2024-11-04"),
        ("DOB: 03/04/1950\nDate of service: 13 April 2021\nThe patient was seen.", "2021-04-13"),
        ("DOB: 03/25/1950\nDate: 02/04/2021\nThe patient was seen in the clinic.", "2021-02-04"),
        ("Date: 02/04/2021\nSeen by the doctor on 25/03/2021 as well as before.", "2021-04-02"),
        (
            "Discharge summary\n\nAdmitted: January 2, 2020\nDischarged on January 9, 2020",
            "2020-01-09",
        ),
        (
            "Department of surgery\nDischarge letter of 24 November 2022\n\nHospital course:\n"
            "Colectomy performed on 17 November 2022. Admitted on 16 November 2022.",
            "2022-11-24",
        ),
        (
            "Lettre de liaison\n\nPatient hospitalisé du 02/01/2022 au 09/01/2022.\n"
            "Admis le 02/01/2022.\n\nLyon, le 12/01/2022\n\nDr A. Martin",
            "2022-01-12",
        ),
        ("Compte rendu d'hospitalisation du 02/01/2022 au 09/01/2022\n\nStable.", "2022-01-09"),
        (
            "Note\n\nAdmitted on 2 March 2021 with a cough.\n\nStable.\n\n"
            "Signed: Dr A. Smith, 9 March 2021",
            "2021-03-09",
        ),
        ("Prélevé le 02/01/2022\nCompte rendu édité le 03/01/2022\nTSH 2 mUI/L", "2022-01-02"),
        ("Date de prélèvement : 02/01/2022\nDate : 04/01/2022\nTSH 2 mUI/L", "2022-01-04"),
    ],
)
def test_the_date_of_a_document_is_quoted(text: str, expected: str) -> None:
    document = read(text)
    assert document.date == expected
    assert document.date_source is DateSource.text
    evidence = document.date_evidence
    assert evidence is not None
    paragraph = document.paragraph(evidence.anchor)
    assert paragraph is not None
    assert paragraph.text[evidence.quote_start : evidence.quote_end] == evidence.quote
    assert evidence.quote in text


@pytest.mark.parametrize(
    "text",
    [
        "Patiente née le 14/02/1951, suivie pour une hypertension.",
        "Date de naissance : 14 février 1951\nExamen sans particularité.",
        "Born on March 3, 1950. The patient is well and takes no treatment.",
        "NOM : X   Né(e) le : 01/02/1950   Sexe : F",
        "Prochain rendez-vous le 12/03/2025.",
        "Admis le 12/03/2025 pour une toux.",
        "Date of admission: 12 March 2025\nStable.",
    ],
)
def test_no_date_is_better_than_a_wrong_one(text: str) -> None:
    document = read(text)
    assert document.date is None
    assert document.date_source is DateSource.none
    assert document.date_evidence is None


def test_what_could_be_day_first_is_said() -> None:
    document = read("Date: 02/04/2021\nThe patient was seen in the clinic and is well.")
    assert document.date == "2021-02-04"
    assert document.warnings == ("the date was read month first: it could be day first",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024-03-12_scanner.pdf", "2024-03-12"),
        ("20240312-CR.docx", "2024-03-12"),
        ("CR_12-03-2024.txt", "2024-03-12"),
        ("a.zip/CR_12.03.2024.txt", "2024-03-12"),
        ("IRM mars 2024.pdf", "2024-03"),
        ("scan0012345678.pdf", None),
        ("20241399.txt", None),
    ],
)
def test_a_file_name_may_tell(name: str, expected: str | None) -> None:
    assert file_date(name) == expected


def test_a_file_name_is_asked_after_the_text() -> None:
    assert read("Rien de daté ici.", "2024-03-12_note.txt").date_source is DateSource.file_name
    assert read("Consultation du 01/03/2024", "2024-03-12_note.txt").date == "2024-03-01"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("12/03/2024", "2024-03-12"),
        ("12.03.24", "2024-03-12"),
        ("2024-03-12", "2024-03-12"),
        ("1er mai 2023", "2023-05-01"),
        ("5 août 2019", "2019-08-05"),
        ("Janv. 2020", "2020-01"),
        ("décembre 2018", "2018-12"),
        ("03/2019", "2019-03"),
        ("en 2019", "2019"),
        ("March 3rd, 2021", "2021-03-03"),
        ("27 th July 2020", "2020-07-27"),
        ("the 3rd of June 2021", "2021-06-03"),
    ],
)
def test_written_dates(text: str, iso: str) -> None:
    assert [one.iso for one in written_dates(f"Vu {text}, puis revu.")] == [iso]


@pytest.mark.parametrize(
    "text", ["130/80/2", "31/02/2024", "12/13/14/15", "TA 13/8", "1/2 comprimé", "3.5.2", "2019"]
)
def test_what_is_no_date(text: str) -> None:
    assert list(written_dates(text)) == []


@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2099, 12, 31)), st.sampled_from("/.-"))
def test_every_day_is_read_back(day: date, mark: str) -> None:
    text = day.strftime(f"%d{mark}%m{mark}%Y")
    found = [one.iso for one in written_dates(f"vu le {text} au soir", "dmy")]
    assert found == [day.isoformat()]


@given(st.text(max_size=200))
def test_any_text_gives_dates_in_their_place(text: str) -> None:
    for one in written_dates(text, day_first(text, "en")):
        assert is_partial_date(one.iso)
        assert 0 <= one.start < one.end <= len(text)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12/03/2021 : scanner thoracique normal", "2021-03-12"),
        ("En 2019, chute dans l'escalier", "2019"),
        ("Mars 2020 : IRM cérébrale", "2020-03"),
        ("Le 3 mai 2022, reprise du traitement", "2022-05-03"),
        ("1978 | Appendicectomie", "1978"),
        ("2015 : pose d'un stent", "2015"),
        ("- 2012 : infarctus", "2012"),
        ("Patient suivi depuis 2012 pour un diabète", None),
        ("2015 comprimés", None),
    ],
)
def test_a_line_of_a_chronology_has_its_own_date(line: str, expected: str | None) -> None:
    document = read(f"Antécédents\n{line}\n")
    assert document.paragraphs[-1].date == expected


@pytest.mark.parametrize(
    ("title", "kind", "evidence"),
    [
        ("COMPTE RENDU OPÉRATOIRE", DocumentKind.operation, "COMPTE RENDU OPÉRATOIRE"),
        ("Compte-rendu d'hospitalisation", DocumentKind.stay, "Compte-rendu d'hospitalisation"),
        ("Lettre de liaison à la sortie", DocumentKind.discharge, "Lettre de liaison"),
        ("Réunion de concertation pluridisciplinaire", DocumentKind.tumour_board, None),
        ("Fiche RCP sénologie", DocumentKind.tumour_board, "RCP"),
        ("Compte rendu d'anatomie pathologique", DocumentKind.pathology, "anatomie pathologique"),
        ("Recherche de mutations par NGS", DocumentKind.molecular, "NGS"),
        ("SCANNER THORACO-ABDOMINO-PELVIEN", DocumentKind.imaging, "SCANNER"),
        ("Résultats du bilan biologique", DocumentKind.laboratory, "bilan biologique"),
        ("Ordonnance", DocumentKind.prescription, "Ordonnance"),
        ("Passage aux urgences", DocumentKind.emergency, None),
        ("Transmissions infirmières", DocumentKind.nursing, None),
        ("Carnet de vaccination", DocumentKind.vaccination, "vaccin"),
        ("Synthèse médicale", DocumentKind.patient_summary, "Synthèse médicale"),
        ("Consultation de cardiologie", DocumentKind.consultation, "Consultation"),
        ("Operative report", DocumentKind.operation, "Operative report"),
        ("Surgical pathology report", DocumentKind.pathology, None),
        ("CT scan of the chest", DocumentKind.imaging, "CT scan"),
        ("Discharge summary", DocumentKind.discharge, "Discharge summary"),
        ("Tumor board note", DocumentKind.tumour_board, "Tumor board"),
        ("Progress note", DocumentKind.consultation, "Progress note"),
        ("Recette de cuisine", DocumentKind.other, ""),
    ],
)
def test_the_kind_is_told_by_words_that_are_quoted(
    title: str, kind: DocumentKind, evidence: str | None
) -> None:
    document = read(f"{title}\n\nMonsieur X est venu ce jour pour le suivi habituel.")
    assert document.kind is kind
    if evidence is not None:
        assert document.kind_evidence == evidence
    else:
        assert document.kind_evidence in title


def test_a_letter_that_plans_a_scan_is_no_scan() -> None:
    document = read(
        "Cher confrère,\n\nMonsieur X va bien. Je demande un scanner thoracique de contrôle dans "
        "six mois, avec un bilan biologique, et le reverrai en consultation avec ces résultats.\n"
    )
    assert document.kind is DocumentKind.letter


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "Service d'oncologie médicale\nConsultation de suivi du 09/07/2024\n\nImagerie :\n"
            "Scanner normal.",
            DocumentKind.consultation,
        ),
        ("Department of surgery\nDischarge letter\n\nHospital course:\nWell.",
         DocumentKind.discharge),
        ("Centre d'imagerie\nCourrier du 09/07/2024\n\nBiologie :\nNormale.",
         DocumentKind.letter),
        ("Centre d'imagerie\n\nRésultats :\nPas de lésion.", DocumentKind.imaging),
        ("Endoscopy unit\nColonoscopy report\n\nHistology:\nAdenoma.", DocumentKind.operation),
    ],
)  # fmt: skip
def test_the_head_of_a_document_tells_its_kind_before_its_sections(
    text: str, kind: DocumentKind
) -> None:
    assert read(text).kind is kind


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Service d'oncologie\nConsultation de suivi du 09/07/2024\n\nMotif :\nSuivi.",
         "Consultation de suivi du 09/07/2024"),
        ("SCANNER THORACIQUE\n\nPas de nodule.", "SCANNER THORACIQUE"),
        ("Cher confrère,\n\nVu ce jour, va bien.\n\nLyon, le 04/05/2024",
         "Courrier 04/05/2024"),
        ("Antécédents :\n- Asthme", "Document"),
    ],
)  # fmt: skip
def test_every_document_has_a_title(text: str, title: str) -> None:
    assert read(text).title == title
