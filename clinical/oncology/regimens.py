"""Where a line names a treatment: a protocol of the lexicon, drugs of ATC L, operations, rays."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from typing import Literal

from clinical.drugs import drugs, find_drugs
from clinical.oncology.lexicon import alternatives, plain, rows
from clinical.oncology.reading import Passage
from clinical.text import fold

Kind = Literal[
    "chemotherapy", "targeted", "immunotherapy", "hormone", "radiotherapy", "surgery",
    "transplant", "supportive", "trial", "other",
]  # fmt: skip
_IMMUNE = re.compile(r"L01FF|L01FX04|L01FX20|L01XL|L03AX03|L03AC|L03AB|L01FX07|L01XX75")
_TARGETED = re.compile(r"L01[EF]|L01X[GHJKX]")
_CHEMOTHERAPY = re.compile(r"L01")
_HORMONE = re.compile(r"L02")
_ONCOLOGY = re.compile(r"L01|L02|L04AX0[246]|L03AX03|L03AX15|L03AC01")
_WITH_OTHERS = frozenset({"methotrexate", "folinic acid", "prednisone", "dexamethasone"})

_OPERATIONS = (
    r"mastectom\w+|tumorectom\w+|lumpectom\w+|zonectom\w+|quadrantectom\w+|mammectom\w+"
    r"|(?:hemi-?)?colectom\w+|proctectom\w+|resection anterieure|anterior resection"
    r"|amputation abdomino\w+|abdominoperineal resection|gastrectom\w+"
    r"|(?:o?esophagectom\w+)|oesophagectom\w+"
    r"|lobectom\w+|pneumonectom\w+|segmentectom\w+|wedge resection|bilobectom\w+"
    r"|prostatectom\w+|cystectom\w+|nephrectom\w+|orchidectom\w+|orchiectom\w+|penectom\w+"
    r"|hysterectom\w+|annexectom\w+|oophorectom\w+|ovariectom\w+|salpingo-?oophorectom\w+"
    r"|colpohysterectom\w+|conisation|conization|vulvectom\w+|trachelectom\w+"
    r"|thyroidectom\w+|laryngectom\w+|pharyngolaryngectom\w+|glossectom\w+|parotidectom\w+"
    r"|duodenopancreatectom\w+|pancreatectom\w+|whipple|hepatectom\w+|segmentectomie hepatique"
    r"|metastasectom\w+|splenectom\w+|surrenalectom\w+|adrenalectom\w+|thymectom\w+"
    r"|curage(?: \w+)?|lymphadenectom\w+|(?:axillary|neck|node|lymph node) dissection"
    r"|ganglion sentinelle|sentinel (?:lymph )?node biopsy|craniotom\w+|debulking|cytoreduct\w+"
    r"|exerese(?: complete| tumorale)?|resection (?:complete|tumorale|chirurgicale"
    r"|transuret\w+|r[0-2])"
    r"|(?:r[0-2]|surgical|tumou?r|transurethral|curative|complete) resection|rtuv"
    r"|turbt|exentera\w+|pelvectom\w+"
    r"|reprise (?:chirurgicale|d'exerese)|wide local excision|amputation"
)
_RADIATION = (
    r"radiotherapies?|radio-?chimiotherapie|chimio-?radiotherapie|radiotherapie|irradiations?"
    r"|curietherapie|brachytherap\w+|radiation(?: therapy| treatment)?"
    r"|chemo-?radiation|chemoradiotherapy"
    r"|radiotherapy|radiochirurgie|stereotaxie|radiosurgery|sbrt|imrt"
    r"|stereotactic \w+|teleradiotherapy"
    r"|external beam \w+|protontherapie|proton therapy|rcmi|rxtherapie|gamma-?knife|cyberknife"
)
_TRANSPLANT = (
    r"autogreffe(?: de cellules souches| de moelle)?"
    r"|allogreffe(?: de cellules souches| de moelle)?|greffe de (?:moelle"
    r"|cellules souches)"
    r"|(?:autologous|allogeneic|haploidentical)(?: hematopoietic)?(?: stem[ -]cell)? transplant\w*"
    r"|(?:stem[ -]cell|bone marrow) transplant\w*|asct"
)
_OTHERS: tuple[tuple[Kind, str], ...] = (
    ("radiotherapy", _RADIATION),
    ("transplant", _TRANSPLANT),
    ("surgery", _OPERATIONS),
    ("chemotherapy", r"chimiotherapies?|poly-?chimiotherapie|chemotherap(?:y|ies)"),
    ("immunotherapy", r"immunotherapies?|immunotherapy"),
    ("hormone", r"hormonotherapies?|hormone therapy|hormonal therapy|endocrine therapy"
r"|androgen deprivation(?: therapy)?|deprivation androgenique"
r"|castration chimique"),
    ("targeted", r"therapies? ciblees?|targeted therap(?:y|ies)"),
    ("trial", r"essai (?:clinique|therapeutique)|clinical trial"),
)  # fmt: skip
_OTHER = re.compile(
    "|".join(rf"(?P<{kind}>(?<![^\W_])(?:{words})(?![^\W_]))" for kind, words in _OTHERS)
)


@dataclass(frozen=True, slots=True)
class Named:
    """A treatment named at ``line[start:end]``."""

    protocol: str | None
    drugs: tuple[str, ...]
    """INN, in English, of the lexicon of drugs."""
    atc: tuple[str, ...]
    label: Kind
    start: int
    end: int


def kind_of(atc: tuple[str, ...], default: Kind = "chemotherapy") -> Kind:
    """The kind that drugs of several classes make together: with chemotherapy it is that."""
    kinds = [_kind(code) for code in atc if _ONCOLOGY.match(code)]
    for kind in ("chemotherapy", "immunotherapy", "targeted", "hormone"):
        if kind in kinds:
            return kind
    return default


def _kind(code: str) -> Kind:
    if _IMMUNE.match(code):
        return "immunotherapy"
    if _HORMONE.match(code):
        return "hormone"
    if code in ("L01XG01", "L01XX05", "L01XX02", "L01XX24", "L01XX01", "L01XX41"):
        return "chemotherapy" if code != "L01XG01" else "targeted"
    if _TARGETED.match(code):
        return "targeted"
    return "chemotherapy" if _CHEMOTHERAPY.match(code) else "targeted"


def named_drugs(passage: Passage) -> list[Named]:
    """Drugs of cancer named exactly; methotrexate and the like only beside another one."""
    mentions = find_drugs(passage.text, passage.language, exact=True)
    found: list[Named] = []
    waiting: list[Named] = []
    for mention in mentions:
        start, end = passage.folded.at(mention.start), passage.folded.at(mention.end)
        atc = (mention.atc,) if mention.atc else ()
        one = Named(None, (mention.inn,), atc, kind_of(atc), start, end)
        if mention.kind == "drug" and mention.atc and _ONCOLOGY.match(mention.atc):
            found.append(one)
        elif mention.inn in _WITH_OTHERS:
            waiting.append(one)
    places = sorted(one.start for one in found)
    near = [
        w for w in waiting if any(abs(w.start - place) < 40 for place in _around(places, w.start))
    ]
    return found + near


def _around(places: list[int], at: int) -> list[int]:
    index = bisect_left(places, at)
    return places[max(0, index - 1) : index + 1]


def named_protocols(passage: Passage) -> list[Named]:
    """Protocols by their names, expanded to their drugs."""
    found = []
    for match in _pattern().finditer(passage.line):
        words = plain(passage.verbatim(match.start(), match.end()))
        row, exact = _forms()[plain(match.group())]
        if exact and words != exact:
            continue
        names = tuple(row["drugs"].split(";"))
        found.append(
            Named(
                row["protocol"], names, tuple(code for n in names if (code := atc_of(n))),
                row["kind"], match.start(), match.end(),  # type: ignore[arg-type]
            )
        )  # fmt: skip
    return found


def other_named(passage: Passage) -> list[Named]:
    """Operations, radiotherapy, transplants, and treatments named by their kind alone."""
    found: list[Named] = []
    for match in _OTHER.finditer(passage.line):
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        last = found[-1] if found else None
        if last and last.label == kind == "surgery" and match.start() - last.end <= 30:
            gap = passage.line[last.end : match.start()]
            if re.fullmatch(r"(?:\s\w+)?\s(?:avec|et|with|and|plus|\+)\s(?:\w+\s)?", gap):
                found[-1] = Named(None, (), (), kind, last.start, match.end())
                continue
        found.append(Named(None, (), (), kind, match.start(), match.end()))
    return found


@cache
def atc_of(inn: str) -> str | None:
    return next((drug.atc for drug in drugs() if drug.inn == inn), None)


@cache
def _forms() -> dict[str, tuple[dict[str, str], str]]:
    return {
        plain(fold(form.removeprefix("!"))): (row, plain(form[1:]) if form.startswith("!") else "")
        for row in rows("oncology_protocols")
        for form in row["forms"].split(";")
    }


@cache
def _pattern() -> re.Pattern[str]:
    forms = [f.removeprefix("!") for r in rows("oncology_protocols") for f in r["forms"].split(";")]
    return alternatives(forms)
