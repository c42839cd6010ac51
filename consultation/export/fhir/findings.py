"""Statements that are more than text: conditions, allergies, procedures, planned acts.

A statement becomes a resource by its section and its polarity; its words stay as they are. What is
of the family, or denied, becomes none: the narrative holds it.
"""

from __future__ import annotations

import re
import unicodedata

from consultation.export.fhir.building import Building, shares_words
from consultation.export.fhir.codes import (
    ALLERGIES,
    ASSESSMENTS,
    ATC,
    PAST,
    PLAN,
    SNOMED,
    Json,
    coding,
    concept,
    labelled,
    term,
)
from consultation.summary import Experiencer, Polarity, Section, Statement
from consultation.tables import Treatment, TreatmentStatus

_NONE_KNOWN = re.compile(
    r"(pas|aucune?) (d')?(allergies?|antecedents? allergiques?)( connue?s?)?( a ce jour)?|"
    r"n'a pas d'allergies?( connue?s?)?|"
    r"(denies (any )?|has )?no( known)? allerg(y|ies)|nka|(denies|without) (any )?allergies"
)
"""The whole statement: "no allergy to penicillin" is about penicillin alone."""
_NO_DRUG_KNOWN = re.compile(
    r"(pas|aucune?) (d')?allergies? medicamenteuses?( connue?s?)?|"
    r"no( known)? drug allerg(y|ies)|nkda"
)
_OPERATED = re.compile(
    r"\b(opere\w*|operation|operations|operated|surgery|surgeries|chirurgi\w+|prothese|pontage|"
    r"greffe|transplant\w*|bypass|cesarienne|caesarean|c-section|\w{3,}(ectomie|ectomy|plastie|"
    r"plasty|stomie|stomy))\b"
)
_ACT = re.compile(
    r"\b(prise de sang|bilan\w*|analyses?|radio\w*|scanner|irm|echo\w*|ecg|electrocardiogramme|"
    r"holter|endoscopie|coloscopie|fibroscopie|mammographie|biopsie\w*|spirometrie|frottis|ecbu|"
    r"examens?|dosage|adresse\w*|avis|consultation|rendez-vous|revenez|revoir|reviens|revient|"
    r"controle\w*|kine\w*|reeducation|infirmi\w+|vaccin\w*|hospitalis\w+|"
    r"blood tests?|bloods|x-?rays?|ct|mri|scans?|ultrasound|ekg|endoscopy|colonoscopy|mammogra\w+|"
    r"biops\w+|tests?|refer\w*|appointment|follow-?up|come back|see you|return|physio\w*|"
    r"vaccin\w+|swab|urine|admit\w*|admission|review)\b"
)
_ADVICE = re.compile(r"\b(si|if|appel\w+|call)\b")
"""Conditional: advice to the patient, not an act that is ordered."""


def entries(building: Building, section: Section) -> list[Json]:
    """References of what the section's statements became."""
    made = [_entry(building, section.loinc or "", one) for one in section.statements]
    if section.loinc == ALLERGIES:
        made = [*(_allergen(building, row) for row in allergens(building)), *made]
    return [one for one in made if one]


def allergens(building: Building) -> list[Treatment]:
    """Drugs that the patient does not bear."""
    rows = building.version.note.treatments
    return [row for row in rows if row.status is TreatmentStatus.allergy]


def add_unsectioned_allergens(building: Building) -> list[Json]:
    """Of a note that has no section of allergies."""
    return [_allergen(building, row) for row in allergens(building)]


def _entry(building: Building, code: str, statement: Statement) -> Json | None:
    if statement.experiencer is not Experiencer.patient:
        return None
    if code == ALLERGIES:
        return _allergy(building, statement)
    if statement.polarity is Polarity.denied:
        return None
    if code in ASSESSMENTS:
        return _condition(building, statement, now=True)
    if code in PAST:
        operated = code == "47519-4" or _OPERATED.search(_folded(statement.text))
        if operated and statement.polarity is Polarity.affirmed:
            return _procedure(building, statement)
        return _condition(building, statement, now=False)
    if code == PLAN:
        return _request(building, statement)
    return None


def _verified(building: Building, statement: Statement | None = None) -> str:
    if not building.signed:
        return "unconfirmed"
    doubtful = statement is not None and statement.polarity is Polarity.uncertain
    return "provisional" if doubtful else "confirmed"


def _condition(building: Building, statement: Statement, *, now: bool) -> Json:
    # Whether a past illness is over was not asked of anybody: only today's has a clinical status.
    today = {
        "clinicalStatus": term("condition-clinical", "active"),
        "category": [term("condition-category", "encounter-diagnosis")],
    }
    before = {"category": [concept("Antécédent" if building.french else "Past history")]}
    resource = (
        {
            "resourceType": "Condition",
            "verificationStatus": term("condition-ver-status", _verified(building, statement)),
        }
        | (today if now else before)
        | {"code": concept(statement.text), "subject": building.patient}
        | building.encounter
    )
    return building.made_of(statement.id, labelled(resource), statement.id)


def _procedure(building: Building, statement: Statement) -> Json:
    resource = {
        "resourceType": "Procedure",
        "status": "completed" if building.signed else "unknown",
        "code": concept(statement.text),
        "subject": building.patient,
    }
    return building.made_of(statement.id, labelled(resource), statement.id)


def _request(building: Building, statement: Statement) -> Json | None:
    folded = _folded(statement.text)
    if not _ACT.search(folded) or _ADVICE.search(folded):
        return None
    resource = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": concept(statement.text),
        "subject": building.patient,
        **building.encounter,
        "authoredOn": building.at,
        "supportingInfo": [building.said],
    }
    return building.made_of(statement.id, labelled(resource), statement.id)


def _allergy(building: Building, statement: Statement) -> Json | None:
    folded = _folded(statement.text)
    if any(_tells_of(row, statement, folded) for row in allergens(building)):
        return None
    if statement.polarity is Polarity.denied:
        whole = folded.strip(" .,;:!")
        if _NONE_KNOWN.fullmatch(whole):
            code = coding(SNOMED, "716186003", "No known allergy")
        elif _NO_DRUG_KNOWN.fullmatch(whole):
            code = coding(SNOMED, "409137002", "No known drug allergy")
        else:
            return None
        return _intolerance(building, statement, concept(statement.text, code))
    return _intolerance(building, statement, concept(statement.text))


def _intolerance(building: Building, statement: Statement, code: Json) -> Json:
    status = _verified(building, statement)
    resource = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": term("allergyintolerance-clinical", "active"),
        # R4 has no "provisional" here.
        "verificationStatus": term(
            "allergyintolerance-verification",
            "confirmed" if status == "confirmed" else "unconfirmed",
        ),
        "code": code,
        "patient": building.patient,
        **building.encounter,
    }
    return building.made_of(statement.id, labelled(resource), statement.id)


def _tells_of(row: Treatment, statement: Statement, folded: str) -> bool:
    """Whether the statement is a row's own: it would be said twice."""
    names = [_folded(one) for one in (row.drug, row.inn, row.reaction) if one]
    return shares_words(row.evidence, statement.evidence) and any(n in folded for n in names)


def _allergen(building: Building, row: Treatment) -> Json:
    url = building.url("AllergyIntolerance", row.id)
    if url in building.derived.get(row.id, ()):
        return {"reference": url}
    codes = [coding(ATC, row.atc)] if row.atc else []
    kind = {"type": row.certainty} if row.certainty else {}
    reaction = {"reaction": [{"manifestation": [concept(row.reaction)]}]} if row.reaction else {}
    resource = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": term("allergyintolerance-clinical", "active"),
        "verificationStatus": term("allergyintolerance-verification", _verified(building)),
        **kind,
        "category": ["medication"],
        "code": concept(row.drug, *codes),
        "patient": building.patient,
        **building.encounter,
        **reaction,
    }
    return building.made_of(row.id, labelled(resource), row.id)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c))
