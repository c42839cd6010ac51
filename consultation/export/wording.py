"""The words of a document that are neither the note's nor the caller's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Wording:
    colon: str
    draft: str
    """On every page of what nobody signed."""
    watermark: str
    notice: str
    """Heading of the sentence on artificial intelligence."""
    signed_notice: str
    """Instead of that sentence, once somebody signed; ``name`` is whose signature."""
    unsigned_transcript: str
    """Of words that were recognised: nobody signs a transcript."""
    unsigned_synthesis: str
    unsigned_rules: str
    """Of a synthesis in which no model took part."""
    patient: str
    born: str
    sexes: dict[str, str]
    identifier: str
    kinds: dict[str, str]
    """Of identifiers, where a reader has a word for it."""
    encounter: str
    practitioner: str
    reference: str
    not_discussed: str
    failed: str
    own_words: str
    """Beside a statement that a person added without a quote."""
    edited: str
    """Beside a statement whose words a person changed."""
    sources: str
    """Heading of the quotes."""
    sources_lead: str
    to_review: str
    """Heading, in a draft, of what was said and is not in the note."""
    signature: str
    unsigned: str
    signed_by: str
    signed_on: str
    amends: str
    content: str
    """Before the hash of what was signed."""
    page: str
    models: str


_WORDING = {
    "fr": Wording(
        colon=" : ",
        draft="BROUILLON ÉCRIT PAR UNE IA, NON SIGNÉ — ne pas diffuser",
        watermark="BROUILLON",
        notice="Intelligence artificielle",
        signed_notice=(
            "Ce document a été produit avec l'aide d'une intelligence artificielle à partir de "
            "l'enregistrement de la consultation, puis relu et signé par {name}."
        ),
        unsigned_transcript=(
            "Transcription automatique, faite par une intelligence artificielle, non signée."
        ),
        unsigned_synthesis="Écrit par une intelligence artificielle, non signé.",
        unsigned_rules="Écrit par un programme, non signé.",
        patient="Patient",
        born="Né(e) le",
        sexes={"male": "masculin", "female": "féminin", "other": "autre", "unknown": "inconnu"},
        identifier="Identifiant",
        kinds={"INS-NIR": "INS", "INS-NIA": "INS", "PI": "N° patient", "MR": "N° dossier"},
        encounter="Consultation du",
        practitioner="Professionnel",
        reference="Référence",
        not_discussed="non évoqué",
        failed="rubrique non rédigée",
        own_words="ajout du professionnel, sans citation",
        edited="modifié par le professionnel",
        sources="Sources",
        sources_lead=(
            "Les paroles sur lesquelles repose chaque énoncé, avec leur moment dans "
            "l'enregistrement."
        ),
        to_review="À relire avant signature : dit et non documenté",
        signature="Signature",
        unsigned="Document non signé : personne n'en répond encore.",
        signed_by="Signé par",
        signed_on="le",
        amends="Annule et remplace le document d'empreinte",
        content="Empreinte du contenu signé (SHA-256)",
        page="Page",
        models="Modèles",
    ),
    "en": Wording(
        colon=": ",
        draft="DRAFT WRITTEN BY AI, NOT SIGNED — not to be circulated",
        watermark="DRAFT",
        notice="Artificial intelligence",
        signed_notice=(
            "This document was made with the help of artificial intelligence from the recording "
            "of the consultation, then read and signed by {name}."
        ),
        unsigned_transcript="Automatic transcript, made by artificial intelligence, not signed.",
        unsigned_synthesis="Written by artificial intelligence, not signed.",
        unsigned_rules="Written by a program, not signed.",
        patient="Patient",
        born="Born",
        sexes={"male": "male", "female": "female", "other": "other", "unknown": "unknown"},
        identifier="Identifier",
        kinds={"INS-NIR": "INS", "INS-NIA": "INS", "PI": "Patient no.", "MR": "Record no."},
        encounter="Consultation of",
        practitioner="Professional",
        reference="Reference",
        not_discussed="not discussed",
        failed="section not written",
        own_words="added by the professional, without a quote",
        edited="edited by the professional",
        sources="Sources",
        sources_lead=("The words on which each statement rests, with their time in the recording."),
        to_review="To review before signing: said, not documented",
        signature="Signature",
        unsigned="Unsigned document: nobody answers for it yet.",
        signed_by="Signed by",
        signed_on="on",
        amends="Cancels and replaces the document with hash",
        content="Hash of the signed content (SHA-256)",
        page="Page",
        models="Models",
    ),
}


def wording(language: str) -> Wording:
    """Other languages fall back to English."""
    return _WORDING.get(language, _WORDING["en"])


TRANSCRIPT_LABELS = frozenset(one.unsigned_transcript for one in _WORDING.values())
"""Nobody said them: a text of ours that is read again has one."""


def day(moment: str, language: str) -> str:
    """``02/03/2026`` or ``2 March 2026`` of an ISO 8601 date or time, in its own zone."""
    year, month, number = moment[:10].split("-")
    if language == "fr":
        return f"{number}/{month}/{year}"
    return f"{int(number)} {_MONTHS[int(month) - 1]} {year}"


def day_and_time(moment: str, language: str) -> str:
    """With hours and minutes, and the zone where it is UTC."""
    zone = " UTC" if moment.endswith(("Z", "+00:00")) else ""
    time = moment[11:16]
    at = f" à {time.replace(':', ' h ')}" if language == "fr" else f", {time}"
    return day(moment, language) + (at + zone if time else "")


def here(moment: str, place: str) -> str:
    """The moment in the zone of another one, so that a reader sees the clock of the place."""
    read = datetime.fromisoformat(moment)
    aware = read if read.tzinfo else read.replace(tzinfo=UTC)
    return aware.astimezone(datetime.fromisoformat(place).tzinfo).isoformat(timespec="seconds")


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
