"""The words of ``wording``, by language."""

from __future__ import annotations

from functools import cache

from clinical.drugs import drugs
from clinical.oncology.lexicon import rows

_FR = {
    "uncertain": "incertain",
    "left": "gauche", "right": "droit", "bilateral": "bilatéral",
    "primary": "Tumeur", "metastasis": "Métastase", "benign": "Tumeur bénigne",
    "in_situ": "Tumeur in situ",
    "stage": "stade", "edition": "édition",
    "ER": "Récepteurs aux œstrogènes", "PR": "Récepteurs à la progestérone",
    "CEA": "ACE", "TMB": "Charge mutationnelle (TMB)",
    "positive": "positif", "negative": "négatif", "equivocal": "équivoque",
    "not_done": "non réalisé", "pending": "en attente",
    "somatic": "somatique", "germline": "constitutionnel", "wild type": "sauvage",
    "low": "faible (low)", "ultralow": "très faible (ultralow)",
    "ex19del": "délétion de l'exon 19", "ex20ins": "insertion de l'exon 20",
    "ex14": "saut de l'exon 14",
    "ECOG": "Indice OMS/ECOG", "Karnofsky": "Indice de Karnofsky",
    "line": "ligne", "cycle": "cycle", "cycles": "cycles", "from": "depuis", "to": "jusqu'à",
    "reason": "motif :",
    "chemotherapy": "Chimiothérapie", "targeted": "Thérapie ciblée",
    "immunotherapy": "Immunothérapie", "hormone": "Hormonothérapie",
    "radiotherapy": "Radiothérapie", "surgery": "Chirurgie", "transplant": "Greffe",
    "supportive": "Soins de support", "trial": "Essai clinique", "other": "Traitement",
    "curative": "visée curative", "neoadjuvant": "néoadjuvant", "adjuvant": "adjuvant",
    "palliative": "palliatif ou métastatique", "maintenance": "entretien",
    "planned": "prévu", "current": "en cours", "completed": "terminé", "stopped": "arrêté",
    "response": "Réponse", "CR": "réponse complète", "PR response": "réponse partielle",
    "SD": "maladie stable", "PD": "progression", "NE": "non évaluable",
    "pathological": "histologique",
    "toxicity": "Toxicité", "no grade": "grade non précisé", "suspected": "sous",
    "action none": "traitement inchangé", "action dose_reduced": "dose réduite",
    "action delayed": "cure reportée", "action stopped": "traitement arrêté",
    "action hospitalised": "hospitalisation",
}  # fmt: skip
_EN = {
    "uncertain": "uncertain",
    "primary": "Tumour", "metastasis": "Metastasis", "benign": "Benign tumour",
    "in_situ": "In situ tumour",
    "ER": "Estrogen receptor", "PR": "Progesterone receptor",
    "TMB": "Tumor mutational burden",
    "not_done": "not done", "ex19del": "exon 19 deletion", "ex20ins": "exon 20 insertion",
    "ex14": "exon 14 skipping",
    "ECOG": "ECOG", "Karnofsky": "Karnofsky",
    "reason": "reason:",
    "chemotherapy": "Chemotherapy", "targeted": "Targeted therapy",
    "immunotherapy": "Immunotherapy", "hormone": "Hormone therapy",
    "radiotherapy": "Radiotherapy", "surgery": "Surgery", "transplant": "Transplant",
    "supportive": "Supportive care", "trial": "Clinical trial", "other": "Treatment",
    "palliative": "palliative or metastatic",
    "response": "Response", "CR": "complete response", "PR response": "partial response",
    "SD": "stable disease", "PD": "progressive disease", "NE": "not evaluable",
    "toxicity": "Toxicity", "no grade": "grade not stated", "suspected": "on",
    "action none": "treatment unchanged", "action dose_reduced": "dose reduced",
    "action delayed": "treatment delayed", "action stopped": "treatment stopped",
    "action hospitalised": "hospitalised",
}  # fmt: skip
SAID = {"fr": _FR, "en": _EN}


def number(value: float, language: str) -> str:
    """``6.4`` as it is written: *6,4* in French, without a needless decimal."""
    shown = f"{value:.10g}"
    return shown.replace(".", ",") if language == "fr" else shown


@cache
def drug_names(language: str) -> dict[str, str]:
    """INN in English → in the language."""
    return {drug.inn: drug.fr if language == "fr" else drug.inn for drug in drugs()}


@cache
def toxicity_names(language: str) -> dict[str, str]:
    """CTCAE term → how it is called in the language; English is the key itself."""
    if language == "en":
        return {}
    return {row["term"]: row["shown"] for row in rows("oncology_toxicities")}
