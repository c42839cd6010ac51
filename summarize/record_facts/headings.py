"""What the part of a document is about that a paragraph stands in: by its heading's words."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from clinical.text import fold


class Context(StrEnum):
    history = "history"
    surgery = "surgery"
    family = "family"
    allergies = "allergies"
    treatments = "treatments"
    discharge_treatments = "discharge_treatments"
    stopped_treatments = "stopped_treatments"
    habits = "habits"
    vaccines = "vaccines"
    devices = "devices"
    problems = "problems"
    reason = "reason"
    examination = "examination"
    laboratory = "laboratory"
    imaging = "imaging"
    conclusion = "conclusion"
    plan = "plan"
    pending = "pending"
    vigilance = "vigilance"
    narrative = "narrative"


_NAMES: tuple[tuple[Context, str], ...] = (
    (Context.family, r"famili\w+|famille|family|heredit\w+"),
    (Context.allergies, r"allerg\w+|intoleran\w+|adverse (?:drug )?reactions?"),
    (
        Context.stopped_treatments,
        r"(?:traitements?|medicaments?|medications?|medicines|drugs)[\w ,']*?(?:arrete\w*|interromp"
        r"\w*|suspend\w*|stopped|discontinued|ceased|held)|(?:arrets?|stopped|discontinued)"
        r"[\w ,']*?(?:traitements?|medications?|medicines|drugs)",
    ),
    (
        Context.discharge_treatments,
        r"(?:traitements?|ordonnance|prescriptions?|medications?|medicines|drugs|treatment)"
        r"[\w ,']*?(?:sortie|discharge|ttos?)|(?:sortie|discharge|ttos?)[\w ,']*?"
        r"(?:traitements?|medications?|medicines|drugs|prescription)|ttos?",
    ),
    (
        Context.treatments,
        r"traitements?(?! local| chirurg)(?: (?:habituel\w*|actuel\w*|en cours|de fond"
        r"|au long cours"
        r"|personnel\w*|a l'entree|a l'admission|medicamenteux))*|ttt|medicaments?|ordonnance"
        r"|prescriptions?|medications?|medicines|current medication|drug history|dh|drugs"
        r"|regular medicines|treatment",
    ),
    (
        Context.surgery,
        r"(?:antecedents?|atcd)s? (?:chirurgic\w+|operatoires?)|chirurgic\w+|surgical history"
        r"|past surgical history|psh|previous operations|operations|interventions",
    ),
    (
        Context.history,
        r"antecedents?(?: medicaux| personnels?)*|atcd|past (?:medical )?history|medical history"
        r"|pmh|background|comorbidit\w+|history",
    ),
    (
        Context.habits,
        r"mode de vie|habitudes?(?: de vie)?|habitus|tabac|toxiques|social history|social|lifestyle"
        r"|smoking|facteurs de risque",
    ),
    (Context.vaccines, r"vaccin\w*|immuni[sz]ations?"),
    (
        Context.devices,
        r"dispositifs?(?: medicaux| implantables?)*|implants?|protheses?|devices?|implanted devices"
        r"|materiel implante",
    ),
    (
        Context.problems,
        r"problemes? (?:actifs?|en cours)|problemes?|pathologies? (?:actives?|en cours)"
        r"|diagnostics?"
        r"(?: actifs?| principa\w+| associes?)*|active problems?|problems?(?: list)?|diagnos[ei]s",
    ),
    (
        Context.reason,
        r"motifs?(?: de (?:la )?(?:consultation|l'hospitalisation|recours|venue)"
        r"| d'(?:hospitalisation|admission))?"
        r"|reason for (?:\w+|the \w+)|presenting complaint|indication",
    ),
    (
        Context.pending,
        r"(?:examens?|resultats?)[\w ,']*?(?:en attente|attendus?|a recevoir)|en attente"
        r"|pending(?: results| tests)?|awaited(?: results)?|results? (?:awaited|pending"
        r"|outstanding)",
    ),
    (
        Context.laboratory,
        r"biologi\w+|bilan (?:biologique|sanguin)|laborato\w+|blood (?:tests?|results)|bloods"
        r"|results?|resultats?|investigations|examens complementaires|labs?",
    ),
    (
        Context.imaging,
        r"imagerie|radiologi\w*|scanner|irm|tdm|echographie|mammographie|imaging|ct scan|mri"
        r"|ultrasound|x-?ray",
    ),
    (
        Context.examination,
        r"examen(?: clinique| physique)?|constantes|clinique|examination|on examination|vital signs"
        r"|observations",
    ),
    (
        Context.conclusion,
        r"conclusion|synthese|au total|impression|avis|summary|assessment|en conclusion|discussion",
    ),
    (
        Context.vigilance,
        r"(?:points? de )?vigilance|precautions?|alertes?|alerts?|warnings?|mises? en garde",
    ),
    (
        Context.plan,
        r"conduite a tenir|cat|plan|suivi|projet|follow[- ]?up|recommendations?|recommandations?"
        r"|proposition|decision|prochain\w*|rendez-vous|rdv",
    ),
    (
        Context.narrative,
        r"histoire(?: de la maladie)?|evolution|mode de decouverte|history of (?:present|the"
        r" presenting) \w+|hpi|hospital course|progress|interrogatoire",
    ),
)
_WHOLE = tuple(
    (context, re.compile(rf"(?:\d+[.)] ?)?(?:les? |la |your |mes |vos )?(?:{pattern})\b"))
    for context, pattern in _NAMES
)
_INLINE = re.compile(r"^\s*([^\W\d_][^:\n|.;]{1,48}?)\s*(?::|\s[-–—]\s|\|)\s*")


@lru_cache(maxsize=4096)
def context_of(heading: str | None) -> Context | None:
    """Of a heading's words; None when they are about none of these."""
    if not heading:
        return None
    line = fold(heading).strip(" .:-–—*#_")
    if "histor" in line and re.match(r"history of|hpi", line):
        return Context.narrative
    for context, pattern in _WHOLE:
        if pattern.match(line):
            return context
    return None


def inline(text: str) -> tuple[Context, int] | None:
    """*Allergies : pénicilline*: (context, where what it heads begins)."""
    match = _INLINE.match(text)
    if match is None or len(match[1].split()) > 6:
        return None
    context = context_of(match[1])
    return (context, match.end()) if context else None
