"""Coded examples written out as sentences of reports, with the facts that they hold.

The sentences are ours: three manners a language (a phrase, a line of a list, a table's row). A fact
is (what, key), and keys are spelt the same way for what is coded and for what is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from clinical.drugs import find_drugs
from clinical.oncology.wording_terms import drug_names
from evaluation.corpora.mcode import Instance

Key = tuple[str, str]
MANNERS = 3
_AMINO = {
    "Ala": "A", "Arg": "R", "Asn": "N", "Asp": "D", "Cys": "C", "Gln": "Q", "Glu": "E", "Gly": "G",
    "His": "H", "Ile": "I", "Leu": "L", "Lys": "K", "Met": "M", "Phe": "F", "Pro": "P", "Ser": "S",
    "Thr": "T", "Trp": "W", "Tyr": "Y", "Val": "V",
}  # fmt: skip
_STAGE = re.compile(
    r"\b(?P<tnm>[cpyra]{0,2}[TNM](?:is|[0-4X])\w*)\b|\bstage (?P<group>[0IVX]+[A-D]?\d?)\b"
    r"|\bBinet Stage (?P<binet>[ABC])",
    re.IGNORECASE,
)
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?) '([^']+)'")


@dataclass(frozen=True, slots=True)
class Written:
    """One document and what it holds."""

    language: str
    text: str
    facts: frozenset[Key]


def written(instances: Iterable[Instance], language: str, manner: int) -> Written:
    """The instances as one document; those without a fact in scope are left out."""
    lines: list[str] = []
    facts: set[Key] = set()
    for one in instances:
        for phrases, keys in _parts(one):
            lines.append(phrases[language][manner])
            facts.update(keys)
    return Written(language, "\n".join(lines), frozenset(facts))


Part = tuple[dict[str, tuple[str, str, str]], list[Key]]


def _parts(one: Instance) -> list[Part]:
    if one.kind in ("TNMPrimaryTumorCategory", "TNMRegionalNodesCategory",
                    "TNMDistantMetastasesCategory", "TNMStageGroup"):  # fmt: skip
        return _staged(one.get("valueCodeableConcept"))
    if one.kind == "PrimaryCancerCondition":
        return _staged(one.get("stage.summary"))
    if one.kind in ("ECOGPerformanceStatus", "KarnofskyPerformanceStatus"):
        return _performance(one)
    if one.kind in ("GenomicVariant", "Variant"):
        return _variant(one)
    if one.kind == "MolecularBiomarker":
        return _molecular(one)
    if one.kind == "TumorMarkerTest":
        return _marker(one)
    if one.kind in ("CancerRelatedMedicationRequest", "CancerRelatedMedicationAdministration"):
        return _drug(one)
    return _rays(one) if one.kind == "RadiotherapyCourseSummary" else []


def _three(fr: tuple[str, str, str], en: tuple[str, str, str]) -> dict[str, tuple[str, str, str]]:
    return {"fr": fr, "en": en}


def _staged(display: str) -> list[Part]:
    match = _STAGE.search(display)
    if match is None:
        return []
    if match["tnm"]:
        value = match["tnm"]
        fr = f"Tumeur classée {value}.", f"- TNM : {value}", f"Classification | {value}"
        en = f"Classified as {value}.", f"- TNM: {value}", f"Classification | {value}"
        return [(_three(fr, en), [("stage", value)])]
    value = (match["group"] or match["binet"]).upper()
    system = "Binet " if match["binet"] else ""
    fr = (f"Maladie de stade {system}{value}.", f"- Stade {system}{value}",
          f"Stade {system}| {value}" if not system else f"Stade Binet | {value}")  # fmt: skip
    en = (f"The disease is {system}stage {value}.", f"- {system}stage {value}",
          f"{system}stage | {value}")  # fmt: skip
    return [(_three(fr, en), [("stage", value)])]


def _performance(one: Instance) -> list[Part]:
    value = one.get("valueInteger")
    scale = "ECOG" if one.kind.startswith("ECOG") else "Karnofsky"
    if not value.isdigit():
        return []
    fr = f"Le patient est {scale} {value}.", f"- Indice {scale} : {value}", f"{scale} | {value}"
    en = f"Performance status is {scale} {value}.", f"- {scale}: {value}", f"{scale} | {value}"
    return [(_three(fr, en), [("performance", f"{scale} {value}")])]


def _variant(one: Instance) -> list[Part]:
    genes = one.all("component[gene-studied]")
    listed = list(one.values)
    for place, (_, value) in enumerate(listed):
        if value.startswith("Gene studied"):
            genes.append(listed[place + 1][1])
    words = " ".join(value for _, value in listed)
    gene = "-".join(genes)
    if not gene or one.get("valueCodeableConcept") not in ("Present", "Absent"):
        return []
    protein = re.search(r"p\.([A-Z][a-z]{2})(\d+)([A-Z][a-z]{2})", words)
    dna = re.search(r"\b[cg]\.[\w>+*-]+", words)
    shown = protein.group() if protein else dna.group() if dna and len(genes) == 1 else ""
    name = ""
    if protein:
        name = f"{_AMINO[protein[1]]}{protein[2]}{_AMINO[protein[3]]}"
    elif shown:
        name = shown
    elif len(genes) > 1:
        name = "fusion"
    present = one.get("valueCodeableConcept") == "Present"
    state = "positive" if present else "negative"
    return [
        (_variant_words(gene, shown or name, present), [("biomarker", f"{gene} {name} {state}")])
    ]


def _variant_words(gene: str, variant: str, present: bool) -> dict[str, tuple[str, str, str]]:
    if variant == "fusion":
        fr = (
            f"Fusion {gene} détectée.",
            f"- {gene} : fusion présente",
            f"{gene} | fusion | présente",
        )
        en = (f"{gene} fusion detected.", f"- {gene}: fusion present", f"{gene} | fusion | present")
        return _three(fr, en)
    told = ("détecté", "présent") if present else ("non détecté", "absent")
    said = ("detected", "present") if present else ("not detected", "absent")
    fr = (f"Variant {gene} {variant} {told[0]} en NGS.", f"- {gene} : {variant} ({told[1]})",
          f"{gene} | {variant} | {told[1]}")  # fmt: skip
    en = (f"{gene} {variant} variant {said[0]} by NGS.", f"- {gene}: {variant} ({said[1]})",
          f"{gene} | {variant} | {said[1]}")  # fmt: skip
    return _three(fr, en)


def _molecular(one: Instance) -> list[Part]:
    code = one.get("code")
    value = one.get("valueQuantity") or one.get("valueCodeableConcept")
    if "Megabase" in code:
        number = re.search(r"\d+(?:\.\d+)?", value)
        if not number:
            return []
        shown = f"{float(number.group()):g}"
        fr = (f"La charge mutationnelle est de {shown} mutations/Mb.", f"- TMB : {shown} mut/Mb",
              f"TMB | {shown} | mut/Mb")  # fmt: skip
        en = (f"Tumor mutational burden is {shown} mutations/Mb.", f"- TMB: {shown} mut/Mb",
              f"TMB | {shown} | mut/Mb")  # fmt: skip
        return [(_three(fr, en), [("biomarker", f"TMB {shown}")])]
    if "Microsatellite" in code and value in ("Stable", "MSI-H", "MSI-L"):
        key = "MSS" if value == "Stable" else value
        stable = key == "MSS"
        fr = ("Microsatellites stables." if stable else f"Tumeur {key}.", f"- Statut MSI : {key}",
              f"MSI | {key}")  # fmt: skip
        en = ("The tumor is microsatellite stable." if stable else f"{key} tumor.",
              f"- MSI status: {key}", f"MSI | {key}")  # fmt: skip
        return [(_three(fr, en), [("biomarker", f"MSI {key}")])]
    return []


_MARKERS = (
    ("Epidermal growth factor receptor", "EGFR"), ("HER2", "HER2"), ("Estrogen receptor", "ER"),
    ("Progesterone receptor", "PR"), ("Prostate specific", "PSA"), ("Cancer Ag 15-3", "CA15-3"),
    ("Cancer Ag 125", "CA125"), ("Cancer Ag 19-9", "CA19-9"), ("Carcinoembryonic", "CEA"),
    ("Ki-67", "Ki67"),
)  # fmt: skip
_SHOWN = {"ER": ("récepteurs aux œstrogènes", "estrogen receptor"),
          "PR": ("récepteurs à la progestérone", "progesterone receptor"),
          "CEA": ("ACE", "CEA")}  # fmt: skip


def _marker(one: Instance) -> list[Part]:
    code = one.get("code").lower()
    name = next((short for long, short in _MARKERS if long.lower() in code), None)
    value = (one.get("valueCodeableConcept") or one.get("interpretation")).lower()
    state = next((s for s in ("positive", "negative", "equivocal") if s in value), None)
    if name is None or state is None:
        return []
    french = {"positive": "positif", "negative": "négatif", "equivocal": "équivoque"}[state]
    fr_name, en_name = _SHOWN.get(name, (name, name))
    fr = f"Statut {fr_name} {french}.", f"- {fr_name} : {french}", f"{fr_name} | {french}"
    en = f"{en_name} was {state}.", f"- {en_name}: {state}", f"{en_name} | {state}"
    return [(_three(fr, en), [("biomarker", f"{name} {state}")])]


def _drug(one: Instance) -> list[Part]:
    named = find_drugs(one.get("medicationCodeableConcept"), "en", exact=True)
    if not named:
        return []
    inn = named[0].inn
    quantity = _QUANTITY.match(one.get("dosageInstruction.doseAndRate.doseQuantity"))
    keys: list[Key] = [("drug", inn)]
    dose = ""
    if quantity:
        dose = f" {float(quantity[1]):g} {quantity[2]}"
        keys.append(("dose", f"{inn}{dose}"))
    fr_name = drug_names("fr").get(inn, inn)
    fr = (f"Le patient reçoit {fr_name}{dose}.", f"- Traitement : {fr_name}{dose}",
          f"Médicament | {fr_name} |{dose}" if dose else f"Médicament | {fr_name}")  # fmt: skip
    en = (f"The patient receives {inn}{dose}.", f"- Treatment: {inn}{dose}",
          f"Medication | {inn} |{dose}" if dose else f"Medication | {inn}")  # fmt: skip
    return [(_three(fr, en), keys)]


def _rays(one: Instance) -> list[Part]:
    doses = [v for v in one.all("extension[doseDelivered") if "cGy" in v]
    counts = [v for v in one.all("extension[doseDelivered") if v.isdigit()]
    found: list[Part] = []
    for dose, count in zip(doses, counts, strict=False):
        number = re.search(r"\d+", dose)
        if number is None:
            continue
        gray = f"{int(number.group()) / 100:g}"
        fr = (f"Radiothérapie à la dose de {gray} Gy en {count} fractions.",
              f"- Irradiation : {gray} Gy / {count} séances",
              f"Radiothérapie | {gray} Gy | {count} fractions")  # fmt: skip
        en = (f"Radiotherapy to a dose of {gray} Gy in {count} fractions.",
              f"- Radiation therapy: {gray} Gy / {count} fractions",
              f"Radiotherapy | {gray} Gy | {count} fractions")  # fmt: skip
        found.append((_three(fr, en), [("dose", f"{gray} Gy {count}")]))
    return found
