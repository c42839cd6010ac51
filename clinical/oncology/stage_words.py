"""Patterns of stages on a folded line. Sources: UICC TNM 6, 7 and 8; AJCC 7 and 8; FIGO."""

from __future__ import annotations

import re

DIGITS = {
    "zero": "0", "un": "1", "une": "1", "one": "1", "deux": "2", "two": "2", "trois": "3",
    "three": "3", "quatre": "4", "four": "4",
}  # fmt: skip
_WORD = "|".join(DIGITS)
_PREFIX = r"(?:[yra]{0,2}[cpu]|[yra]{1,2})"
_SEP = r"[\s,;/|.-]{0,3}"
_T_SUFFIX = r"(?:\s?\((?:m|s|\d|dcis|lcis|paget)\))"
_N_SUFFIX = r"(?:\s?\((?:sn|i\s?[+-]|mol\s?[+-]|itc|f|\d{1,2}\s?n?[+-]?\s?/\s?\d{1,2}\s?n?)\))"
TNM = re.compile(
    rf"""(?<![\w.])
    (?={_PREFIX}?\s?[tnm][\s=:]{{0,2}}(?:is|[0-4x+]|(?:{_WORD})\b))
    (?:
      (?P<p>{_PREFIX})?\s?t[\s=:]{{0,2}}(?P<t>is|[0-4](?:[a-d][1-3]?)?(?:mi)?|x|(?:{_WORD})\b)
        (?P<ts>{_T_SUFFIX})?
    )?
    (?:{_SEP}(?P<np>{_PREFIX})?\s?n[\s=:]{{0,2}}
        (?P<n>[0-3][a-c]?(?:\s?mi\b)?|x|[+](?!\w)|(?:{_WORD})\b)(?P<ns>{_N_SUFFIX}{{0,3}}))?
    (?:{_SEP}(?P<mp>{_PREFIX})?\s?m[\s=:]{{0,2}}
        (?P<m>[01][a-d]?[1-2]?|x|[+](?!\w)|(?:{_WORD})\b))?
    (?![\w]|[.,]\d|%)
    """,
    re.VERBOSE,
)
CLASSIFIES = re.compile(
    r"(?:class\w+|stade|stage\w*|tnm|tumeur|tumou?r)\W{0,3}$|\b(?:class[ee]\w*|tnm|stade)\b"
)
EDITION = re.compile(
    r"\b(?P<e>[5-9])\s?(?:e|eme|ieme|th)?\s?(?:edition|ed\.)"
    r"|\b(?:ajcc|uicc|tnm)\s?(?:v\.?\s?)?(?P<f>[5-9])\b(?!\s?/)"
    r"|\b(?:ajcc|uicc|tnm)[\s/(-]{0,3}(?:uicc|ajcc)?[\s,-]{0,2}(?P<y>(?:19|20)\d\d)\b"
)
YEARS = {"2002": "6", "2003": "6", "2009": "7", "2010": "7", "2016": "8", "2017": "8", "2018": "8"}
_GROUP = r"(?:iv|iii|ii|i|[0-4])"
_ENDS = r"(?![\w/]|[.,]\d|\s(?:ou|or|et|and|a|to)\s(?:iv|iii|ii|i)\b)"
GROUP = re.compile(
    r"\b(?:stade|stage)\b(?:\s(?:clini\w+|patholog\w+|tumoral|figo|ajcc|uicc|group|groupe"
    r"|ann arbor|ann-arbor|lugano|binet|iss|r-iss|bclc|dukes|prognostic|anatomi\w+|de|selon)){0,3}"
    rf"[\s:=(|]{{1,3}}(?P<group>{_GROUP}[a-e]?[1-3]?){_ENDS}"
    r"|\b(?:figo|dukes|binet|bclc|ann[ -]arbor|lugano|r-iss|iss)\b(?:\s(?:stade|stage|20\d\d))?"
    rf"[\s:=(|]{{1,3}}(?P<alone>{_GROUP}[a-e]?[1-3]?){_ENDS}"
    rf"|\b(?:dukes|binet|bclc)\b(?:\s(?:stade|stage))?[\s:=(|]{{1,3}}(?P<letter>[a-d]){_ENDS}"
)
OTHER_SYSTEM = re.compile(r"\b(?:figo|ann[\s-]arbor|lugano|dukes|binet|r-iss|iss|durie|bclc)\b")
NOT_CANCER = re.compile(
    r"\s*(?:\(?\s*)?(?:of |de |d'|du |de la )?(?:l')?(?:chronic kidney|kidney|ckd"
    r"|mrc\b|irc\b|irct|maladie renale|insuffisance"
    r"|renal (?:failure|disease|insuff)|heart|copd|bpco|parkinson|pressure|ulcer"
    r"|escarre|hypertension|nyha|fibros"
    r"|hepati|sarcoid|arter|aomi|lymphoed|neph|prolaps|decubitus|hta\b|decompens)"
)
BRESLOW = re.compile(
    r"\bbreslow\b(?:[\s:=(]|de|a|est|is|thickness|depth|index|indice|epaisseur|of|estime){0,6}"
    r"(?P<v>\d{1,2}(?:[.,]\d{1,2})?)\s?mm\b"
)
CLARK = re.compile(r"\bclark\b(?:[\s:=(]|level|niveau|de){0,4}(?P<v>iv|iii|ii|i|v|[1-5])\b")
RESECTION = re.compile(
    r"\b(?:resections?|exereses?|chirurgie|marges?|margins?|resected|excision)\b[\s:(,-]{0,3}"
    r"(?:etait |est |de type |classee? |is |was |status )?(?P<r>r[0-2x])(?![\w])"
    r"|(?<![\w])(?P<before>r[0-2])\s(?=resection)"
)
