"""The words that code adds to a synthesis, French and English; all others are the documents'."""

from __future__ import annotations

from dataclasses import dataclass

from summarize.reduce.cited import days_between

NOTICES = {
    "fr": (
        "Synthèse établie par des règles à partir des documents fournis, sans modèle de langage : "
        "à vérifier dans les documents cités avant tout usage. Ce qui n'y figure pas n'est pas "
        "absent."
    ),
    "en": (
        "Made by rules from the documents that were given, without a language model: to be checked "
        "in the cited documents before any use. What is not here is not absent."
    ),
}
"""In place of the notice of a note that rules made of a transcript."""


@dataclass(frozen=True)
class Phrases:
    reason: str
    reaction: str
    today: str
    ago: str
    ahead: str
    units: dict[str, tuple[str, str]]
    conflicts: dict[str, str]
    stale: dict[str, str]
    gaps: dict[str, str]
    old_pending: str
    passed: str
    undated: str


PHRASES = {
    "fr": Phrases(
        reason="motif : ",
        reaction="réaction : ",
        today="aujourd'hui",
        ago="il y a {}",
        ahead="dans {}",
        units={"y": ("an", "ans"), "m": ("mois", "mois"), "d": ("jour", "jours")},
        conflicts={
            "dose": "{about} : quelle dose, « {one} » ou « {other} » ?",
            "frequency": "{about} : quel rythme, « {one} » ou « {other} » ?",
            "side": "{about} : quel côté, « {one} » ou « {other} » ?",
            "allergy": "Allergie ({about}) : « {one} » ou « {other} » ?",
            "no_allergy": (
                "Allergies : « {one} » et « {other} » — à éclaircir avant toute prescription."
            ),
            "status": "{about} : en cours ou arrêté ? « {one} » et « {other} »",
            "diagnosis": "{about} : « {one} » ou « {other} » ?",
            "blood_group": (
                "Groupe sanguin : « {one} » ou « {other} » ? Ne pas transfuser sur ces "
                "documents."
            ),
            "date": "{about} : quelle date, « {one} » ou « {other} » ?",
            "habit": "{about} : « {one} » ou « {other} » ?",
            "prescribed_allergen": "Allergie et traitement : « {one} » et « {other} »",
            "result": "{about} : « {one} » ou « {other} », le même jour ?",
            "identity": "{about} : « {one} » ou « {other} » ?",
        },
        stale={
            "spoken_otherwise": (
                "À vérifier : {about}, « {old} » ; il en est parlé autrement le {on} "
                "(« {newer} »)."
            ),
            "not_listed": (
                "À vérifier : {about}, « {old} » ; ne figure plus dans la liste du {on} "
                "(« {newer} »)."
            ),
            "stopped_listed": (
                "{about} : encore noté (« {old} ») alors que l'arrêt est documenté (« {newer} "
                "»). Repris, ou recopié ?"
            ),
            "dose_reverted": "{about} : « {old} » noté après « {newer} ». Ancienne dose recopiée ?",
            "result_known": (
                "Encore noté en attente (« {old} ») alors que le résultat est au dossier (« "
                "{newer} »)."
            ),
            "resolved_listed": "{about} : encore noté comme actif (« {old} ») après « {newer} ».",
            "habit_superseded": "{about} : « {old} » noté après « {newer} ». Rechute, ou recopie ?",
            "outlived": "« {old} » : trop ancien pour être encore vrai.",
            "old_value": (
                "{about} : « {old} » recopié, alors qu'une valeur plus récente existe (« "
                "{newer} »)."
            ),
        },
        gaps={
            "allergies": "Allergies : non renseignées dans les documents lus. À demander.",
            "treatments": (
                "Traitements en cours : non renseignés dans les documents lus. À demander."
            ),
            "identity": "Groupe sanguin : non renseigné dans les documents lus.",
        },
        old_pending="Toujours sans résultat au dossier : « {} »",
        passed="Prévu le {}, résultat non trouvé dans les documents lus : « {} »",
        undated="date inconnue",
    ),
    "en": Phrases(
        reason="reason: ",
        reaction="reaction: ",
        today="today",
        ago="{} ago",
        ahead="in {}",
        units={"y": ("year", "years"), "m": ("month", "months"), "d": ("day", "days")},
        conflicts={
            "dose": "{about}: which dose, “{one}” or “{other}”?",
            "frequency": "{about}: how often, “{one}” or “{other}”?",
            "side": "{about}: which side, “{one}” or “{other}”?",
            "allergy": "Allergy ({about}): “{one}” or “{other}”?",
            "no_allergy": (
                "Allergies: “{one}” and “{other}” — to be settled before anything is "
                "prescribed."
            ),
            "status": "{about}: taken or stopped? “{one}” and “{other}”",
            "diagnosis": "{about}: “{one}” or “{other}”?",
            "blood_group": (
                "Blood group: “{one}” or “{other}”? Do not transfuse on these documents."
            ),
            "date": "{about}: which date, “{one}” or “{other}”?",
            "habit": "{about}: “{one}” or “{other}”?",
            "prescribed_allergen": "Allergy and treatment: “{one}” and “{other}”",
            "result": "{about}: “{one}” or “{other}”, on the same day?",
            "identity": "{about}: “{one}” or “{other}”?",
        },
        stale={
            "spoken_otherwise": (
                "To check: {about}, “{old}”; spoken of otherwise on {on} (“{newer}”)."
            ),
            "not_listed": (
                "To check: {about}, “{old}”; not in the list of {on} (“{newer}”)."
            ),
            "stopped_listed": (
                "{about}: still listed (“{old}”) though its stop is documented (“{newer}”). "
                "Restarted, or copied?"
            ),
            "dose_reverted": "{about}: “{old}” written after “{newer}”. An old dose copied?",
            "result_known": (
                "Still noted as awaited (“{old}”) though the result is in the record "
                "(“{newer}”)."
            ),
            "resolved_listed": "{about}: still noted as active (“{old}”) after “{newer}”.",
            "habit_superseded": "{about}: “{old}” written after “{newer}”. Relapse, or a copy?",
            "outlived": "“{old}”: too old to be true still.",
            "old_value": "{about}: “{old}” copied, though a later value exists (“{newer}”).",
        },
        gaps={
            "allergies": "Allergies: not recorded in the documents that were read. To be asked.",
            "treatments": (
                "Current treatments: not recorded in the documents that were read. To be asked."
            ),
            "identity": "Blood group: not recorded in the documents that were read.",
        },
        old_pending="Still no result in the record: “{}”",
        passed="Planned for {}, no result found in the documents that were read: “{}”",
        undated="date unknown",
    ),
}  # fmt: skip


def age(since: str | None, as_of: str, language: str) -> str:
    """*il y a 3 ans*, *dans 2 mois*, no more precise than ``since``; empty where it has no date."""
    phrases = PHRASES[language]
    days = days_between(since, as_of)
    if days is None or since is None:
        return ""
    if days == 0 and len(since) == 10:
        return phrases.today
    form = phrases.ago if days >= 0 else phrases.ahead
    days = abs(days)
    if len(since) == 4 or days >= 730:
        years = abs(int(as_of[:4]) - int(since[:4])) if len(since) == 4 else int(days / 365.25)
        count, unit = max(years, 0), "y"
        if count == 0:
            return since
    elif len(since) == 7 or days >= 61:
        count, unit = round(days / 30.44), "m"
        if count == 0:
            return since
    else:
        count, unit = days, "d"
    return form.format(f"{count} {phrases.units[unit][count > 1]}")
