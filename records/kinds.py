"""What kind of document it is: by its code, else by the words of its title, with the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clinical.text import fold
from consultation.documents import Coding, DocumentKind, Paragraph, ParagraphKind
from records.headers import header_length, names_document

_LOINC: dict[str, DocumentKind] = {
    code: kind
    for kind, codes in {
        DocumentKind.consultation: "11488-4 34117-2 11506-3 34131-3 85208-7 34109-9",
        DocumentKind.discharge: "18842-5 11490-0 34105-7 59258-4 89235-6",
        DocumentKind.stay: "34112-3",
        DocumentKind.operation: "11504-8 28570-0 77436-4 34868-0 83321-0",
        DocumentKind.pathology: "11526-1 60568-3 22634-0 33717-0",
        DocumentKind.molecular: "51969-4 81247-9 55232-3 86206-0 94076-7",
        DocumentKind.imaging: "18748-4 11525-3 18745-0 18726-0 24604-1 42148-7 68604-8",
        DocumentKind.laboratory: "11502-2 18725-2 96173-0 26436-6 18719-5 58410-2",
        DocumentKind.tumour_board: "34794-8",
        DocumentKind.prescription: "57833-6 61356-2 77603-9 57829-4 29551-9 61355-4",
        DocumentKind.letter: "18761-7 57133-1 51851-4 55115-0 75496-0 57134-9",
        DocumentKind.emergency: "34111-5 74207-2 34878-9",
        DocumentKind.nursing: "34746-8 34119-8",
        DocumentKind.patient_summary: "60591-5 34133-9 57055-6 68608-9",
        DocumentKind.vaccination: "11369-6 87273-9 41000-1 82593-5",
    }.items()
    for code in codes.split()
}
_GENERIC = {"34133-9", "34109-9", "55188-7", "51851-4"}
"""Codes under which all sorts of documents go: the title knows better."""

# Folded. The first that fits wins, so what is narrow stands before what is wide.
_WORDS: tuple[tuple[DocumentKind, str], ...] = (
    (
        DocumentKind.tumour_board,
        r"\brcp\b|\bfrcp\b|reunion de concertation|tumou?r board|multidisciplinary"
        r"|\bmdt\b|concertation pluridisciplinaire",
    ),
    (
        DocumentKind.letter,
        r"\b(?:demande|request|bon) d(?:e|'|')? ?(?:acte|avis|examen|imagerie|teleconsultation"
        r"|teleexpertise|scanner|irm)|referral (?:letter|form)|lettre d'adressage",
    ),
    (
        DocumentKind.emergency,
        r"\burgences\b|passage aux urgences|emergency (?:department|room|visit)"
        r"|\bed (?:note|visit)"
        r"|liaison d'urgence",
    ),
    (
        DocumentKind.discharge,
        r"lettre de (?:liaison|sortie)|lettre de fin d'hospitalisation"
        r"|discharge (?:summary|letter|note)"
        r"|fiche de sortie|compte[- ]rendu de sortie|suites de couches",
    ),
    (
        DocumentKind.operation,
        r"compte[- ]rendu operatoire|\bcro\b|operative (?:note|report)|operation note"
        r"|protocole operatoire"
        r"|surgical (?:note|report)|anesthesi"
        r"|(?:colono|gastro|broncho|endo|cysto)scopy report"
        r"|compte[- ]rendu d[e'] ?(?:\w+ )?(?:colo|gastro|broncho|endo|fibro|cysto)scopie"
        r"|compte[- ]rendu d'intervention|procedure note",
    ),
    (
        DocumentKind.molecular,
        r"\bngs\b|biologie moleculaire|genetique moleculaire|molecular|genomic"
        r"|genetic (?:test|report)"
        r"|somatique|sequencage|oncogenetique|genomique|panel de genes|sequencing",
    ),
    (
        DocumentKind.pathology,
        r"anatomo[- ]?(?:cyto[- ]?)?patholog|anatomie (?:et cytologie )?pathologique"
        r"|\bacp\b|histolog"
        r"|patholog(?:y|ical) report|surgical pathology|cytologi|biopsy report|\banapath",
    ),
    (
        DocumentKind.vaccination,
        r"vaccin|immuni[sz]ation",
    ),
    (
        DocumentKind.stay,
        r"compte[- ]rendu d'?hospitalisation|compte[- ]rendu de sejour|\bcrh\b"
        r"|hospital (?:course|stay)"
        r"|inpatient|fiche d'admission|admission note",
    ),
    (
        DocumentKind.imaging,
        r"scanner|\btdm\b|\birm\b|\bmri\b|\bct (?:scan|of|chest|abdom|thora)"
        r"|computed tomography|tomodensitomet"
        r"|echographi|ultrasound|radiograph|mammograph|tep[- ](?:scan|tdm)|\btep\b"
        r"|pet[/ -](?:ct|scan)"
        r"|\bx[- ]?ray|imagerie|radiolog|scintigraph|echocardiogra|bone scan|doppler",
    ),
    (
        DocumentKind.laboratory,
        r"examens? (?:de )?biolog|bilan (?:biologique|sanguin)|biologie medicale"
        r"|laborato|\bhemogramme"
        r"|\bnfs\b|blood (?:test|count)|lab(?:oratory)? (?:report|results?)"
        r"|electrophorese|microbiolog"
        r"|resultats? d'analyses?|test rapide d'orientation",
    ),
    (
        DocumentKind.prescription,
        r"^ordonnance|\bordonnance\b|prescription|^rx\b",
    ),
    (
        DocumentKind.patient_summary,
        r"synthese medicale|volet (?:medical )?de synthese|patient summary|\bvsm\b"
        r"|synthese antepartum"
        r"|resume (?:du )?(?:dossier|patient)|patient a risque",
    ),
    (
        DocumentKind.nursing,
        r"transmissions? (?:ciblees?|infirmieres?)|nursing|soins infirmiers"
        r"|note infirmiere|\bide\b",
    ),
    (
        DocumentKind.consultation,
        r"consultation|office visit|clinic (?:note|letter|visit)|progress note"
        r"|history and physical"
        r"|outpatient|note de suivi|visite de suivi|follow[- ]up (?:visit|note)|encounter note",
    ),
    (
        DocumentKind.letter,
        r"cher(?:e|s)? (?:confrere|consoeur|collegue|ami|docteur|monsieur|madame)"
        r"|dear (?:dr|doctor|colleague)"
        r"|courrier|lettre|\bletter\b",
    ),
)
_PATTERNS = tuple((kind, re.compile(words)) for kind, words in _WORDS)
_OPENING = 15
_TITLE = 120
"""Characters: a longer line is prose, where *scanner* may be a plan."""


def kind_of(
    codes: Iterable[Coding], title: str, paragraphs: tuple[Paragraph, ...], file: str
) -> tuple[DocumentKind, str]:
    """(kind, the words or the code that told it); (other, "") when nothing does."""
    codes = tuple(codes)
    coded = next((one for one in codes if one.code in _LOINC), None)
    if coded and coded.code not in _GENERIC:
        return _LOINC[coded.code], f"{coded.code} {coded.display}".strip()
    # What has a code was named with care; its sections may be about anything.
    for line in [title] if codes else _lines(title, paragraphs, file):
        found = _by_words(line)
        if found:
            return found
    if coded:
        return _LOINC[coded.code], f"{coded.code} {coded.display}".strip()
    return DocumentKind.other, ""


def _lines(title: str, paragraphs: tuple[Paragraph, ...], file: str) -> Iterable[str]:
    """The title, the line that names the document, the letterhead; sections only after these: a
    consultation has a section *Imagerie* too."""
    yield title
    opening = paragraphs[:_OPENING]
    head = [one.text for one in opening[: header_length(opening)]]
    yield from (text for text in head if names_document(text))
    yield from (text for text in head if len(text) <= _TITLE)
    yield from (one.text for one in opening if one.kind is ParagraphKind.heading)
    yield from (one.text for one in opening if len(one.text) <= _TITLE)
    yield re.sub(r"[_\-.]+", " ", file.rsplit("/", 1)[-1])


def _by_words(line: str) -> tuple[DocumentKind, str] | None:
    folded = fold(line[:_TITLE])
    for kind, pattern in _PATTERNS:
        match = pattern.search(folded)
        if match:
            return kind, _verbatim(line[:_TITLE], folded, match)
    return None


def _verbatim(line: str, folded: str, match: re.Match[str]) -> str:
    """Folding may change a length (œ): then the whole line is the evidence."""
    return line[match.start() : match.end()] if len(line) == len(folded) else line.strip()
