"""What criteria name with a number behind it: scores, laboratory values, counts of lines."""

from __future__ import annotations

import re

from consultation.research import Variable

LABS: dict[str, str] = {
    "neutrophils": r"(?:absolute )?neutrophils?(?: count)?|granulocytes?(?: count)?|anc|pnn"
                   r"|(?:poly(?:nucleaires )?)?neutrophiles?",
    "platelets": r"platelets?(?: counts?)?|plaquettes?|thrombocytes|plt",
    "hemoglobin": r"ha?emoglobin(?:e)?|hemoglobine|hgb?|hb",
    "leukocytes": r"leukocytes?(?: count)?|leucocytes|white (?:blood )?cells?(?: count)?|wbc"
                  r"|globules blancs",
    "lymphocytes": r"(?:absolute )?lymphocytes?(?: count)?",
    "eGFR": r"e?gfr|(?:estimated )?glomerular filtration rate|(?:calculated )?creatinine clearance"
            r"|clairance(?: de la creatinine)?|crcl|dfge?|debit de filtration glomerulaire",
    "creatinine": r"(?:serum )?creatinine?(?:mie)?",
    "bilirubin": r"(?:total |serum )*bilirubine?(?: totale)?|bilirubinemie",
    "ASAT": r"asa?t|sgot|aspartate (?:amino)?transaminase|aspartate aminotransferase|got|tgo",
    "ALAT": r"ala?t|sgpt|alanine (?:amino)?transaminase|alanine aminotransferase|gpt|tgp",
    "transaminases": r"(?:serum )?(?:amino)?transaminases?|aminotransferases?",
    "ALP": r"alkaline phosphatase|phosphatases? alcalines?|alk phos|pal",
    "albumin": r"(?:serum )?albumine?(?:mie)?",
    "INR": r"inr|international normali[sz]ed ratio",
    "HbA1c": r"hba1c|a1c|ha?emoglobin a1c|hemoglobine glyquee",
    "LDL": r"ldl(?:[- ]c(?:holesterol)?)?",
    "glucose": r"(?:fasting )?(?:plasma |blood )?glucose|glycemie",
    "calcium": r"(?:corrected |serum )*calcium|calcemie",
    "potassium": r"(?:serum )?potassium|kaliemie",
    "triglycerides": r"triglycerides?",
    "FEVG": r"lvef|(?:left ventricular )?ejection fraction|fevg|fraction d'ejection\w*",
    "QTc": r"qtc\w?|qt interval|intervalle qtc?",
    "blood_pressure": r"(?:systolic |diastolic )?blood pressure|sbp|dbp|pression arterielle",
}  # fmt: skip
"""Name (as summaries of records call it) → forms, folded."""

_GROUPS: dict[Variable, str] = {
    Variable.karnofsky: r"karnofsky(?: (?:performance|index)(?: (?:status|score|scale))?)?|kps"
                        r"|indice de karnofsky",
    Variable.ecog: r"(?:eastern cooperative oncology group|ecog|oms|who|zubrod|swog)"
                   r"(?:\s*\(\s*(?:ecog|oms|who)\s*\))?(?:\s*/\s*(?:ecog|oms|who|zubrod))?"
                   r"(?:\s*(?:performance[- ]status|performance|ps|status|score|scale|grade"
                   r"|indice))*"
                   r"|(?:performance[- ]status|indice de performance|etat general)"
                   r"(?:\s*\(?\s*(?:ps|ecog|oms|who|score|status)\s*\)?)*(?:\s*of)?",
    Variable.bmi: r"(?:body mass index|bmi|imc|indice de masse corporelle)(?:\s*\(\s*(?:bmi"
                  r"|imc)\s*\))?",
    Variable.life_expectancy: r"life[- ]expectancy|esperance de vie|expected survival",
    Variable.prior_lines: r"(?:prior|previous|preceding)(?: \w+){0,3} (?:lines?|regimens?)"
                          r"|lignes?(?: \w+){0,2} (?:anterieures?|prealables?|precedentes?)"
                          r"|lignes? de (?:chimiotherapie|traitement)"
                          r"|lines? of (?:\w+ ){0,2}(?:therapy|chemotherapy|treatment)",
}  # fmt: skip
_NAMES = re.compile(
    "|".join(
        [rf"(?P<v_{v.value}>(?<![\w-])(?:{p})(?![\w]))" for v, p in _GROUPS.items()]
        + [rf"(?P<l_{n}>(?<![\w-])(?:{p})(?![\w]))" for n, p in LABS.items()]
    )
)


def measured(line: str) -> list[tuple[Variable, str | None, int, int]]:
    """(variable, name of a laboratory value, start, end) of each, in order."""
    found: list[tuple[Variable, str | None, int, int]] = []
    for match in _NAMES.finditer(line):
        group = match.lastgroup or ""
        if group.startswith("v_"):
            found.append((Variable(group[2:]), None, match.start(), match.end()))
        else:
            found.append((Variable.laboratory, group[2:], match.start(), match.end()))
    return found
