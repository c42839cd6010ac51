"""What people call speakers in a written dialogue, and the role that this gives away."""

from __future__ import annotations

import re
import unicodedata

from consultation.transcript import Role

_WORDS = {
    Role.clinician: """
        medecin docteur docteure dr doc doctor d md clinician clinicien clinicienne physician gp
        praticien praticienne practitioner interne infirmier infirmiere nurse chirurgien
        chirurgienne surgeon consultant
    """,
    Role.patient: "patient patiente p pt pat",
    Role.companion: """
        accompagnant accompagnante companion mere pere maman papa mother father mum mom dad mari
        femme epouse epoux conjoint conjointe wife husband partner fille fils daughter son carer
        caregiver aidant aidante relative parent guardian
    """,
    Role.unknown: """
        locuteur locutrice speaker intervenant intervenante interlocuteur personne person voix
        voice unknown inconnu inconnue participant
    """,
}
_ROLES = {word: role for role, words in _WORDS.items() for word in words.split()}
_NUMBERED = re.compile(r"s\d{1,2}")


def folded(label: str) -> str:
    """Without accents, case, punctuation and doubled blanks: two spellings of one speaker."""
    plain = unicodedata.normalize("NFKD", label.casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


def role_of(label: str) -> Role | None:
    """The role that a label names; unknown for *Speaker 1*; None for a name or any other words."""
    first = folded(label).split(" ", 1)[0]
    if _NUMBERED.fullmatch(first):
        return Role.unknown
    return _ROLES.get(first)
