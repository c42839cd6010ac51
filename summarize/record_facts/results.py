"""Vital signs, laboratory values and imaging results, each with its own date where it has one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from clinical.folded import folded
from clinical.scores import scores
from clinical.vital_values import vital_values
from consultation.documents import DocumentKind, ParagraphKind
from consultation.record_facts import Category, RecordFact
from summarize.record_facts.headings import Context
from summarize.record_facts.pieces import Piece
from summarize.record_facts.when import dates

_VITALS = frozenset(
    {"blood_pressure", "heart_rate", "respiratory_rate", "temperature", "oxygen_saturation"}
    | {"weight", "height", "bmi", "pain"}
)
_CELLS = r"g/l|/mm3|x ?10[\^*]?9/l|10[\^*e]?9/l|giga/l"
_LABS: dict[str, tuple[str, str]] = {
    "hemoglobin": (r"hemoglobine(?:mie)?|haemoglobin|hemoglobin|hb", r"g/d?l"),
    "platelets": (r"plaquettes?|platelets?|thrombocytes|plt", _CELLS),
    "leukocytes": (
        r"leucocytes|globules blancs|white cells?|wbc|wcc|gb",
        _CELLS,
    ),
    "neutrophils": (r"(?:poly)?neutrophiles?|pnn|neutrophils?", _CELLS),
    "creatinine": (r"creatinine?(?:mie)?|creat", r"umol/l|µmol/l|micromol/l|mg/l|mg/dl"),
    "eGFR": (r"dfg(?:e)?|debit de filtration(?: glomerulaire)?|clairance(?: de la creatinine)?|egfr"
             r"|gfr|mdrd|ckd-?epi", r"ml/min(?:/1[.,]73 ?m2?²?)?"),
    "potassium": (r"potassium|kaliemie|k\+?", r"mmol/l|meq/l"),
    "sodium": (r"sodium|natremie|na\+?", r"mmol/l|meq/l"),
    "CRP": (r"crp|proteine c[- ]reactive|c[- ]reactive protein", r"mg/l"),
    "HbA1c": (r"hba1c|hemoglobine glyquee|a1c", r"%|mmol/mol"),
    "glucose": (r"glycemie(?: a jeun)?|glucose", r"g/l|mmol/l|mg/dl"),
    "LDL": (r"ldl(?:[- ]cholesterol)?", r"g/l|mmol/l|mg/dl"),
    "INR": (r"inr", r""),
    "TSH": (r"tsh(?:us)?", r"mui/l|mu/l|µui/ml|uui/ml|miu/l"),
    "ferritin": (r"ferritin\w*", r"µg/l|ug/l|ng/ml"),
    "calcium": (r"calcemie|calcium", r"mmol/l|mg/l"),
    "albumin": (r"albumin\w*", r"g/l"),
    "ASAT": (r"asat|ast|got|tgo", r"ui/l|u/l|iu/l"),
    "ALAT": (r"alat|alt|gpt|tgp", r"ui/l|u/l|iu/l"),
    "bilirubin": (r"bilirubin\w*(?: totale)?", r"umol/l|µmol/l|mg/l"),
    "BNP": (r"(?:nt-?pro-?)?bnp", r"pg/ml|ng/l"),
    "troponin": (r"troponin\w*", r"ng/l|µg/l|ng/ml"),
    "FEVG": (r"fevg|fraction d'ejection(?: du ventricule gauche)?|lvef|ejection fraction", r"%"),
}  # fmt: skip
_LAB = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(
        rf"(?P<{re.sub(r'[^a-zA-Z0-9]', '_', name)}>{names})" for name, (names, _) in _LABS.items()
    )
    + r")(?![\w+-]*\w)(?:\s(?:du|le|on|of)\s\d{1,2}(?:/\d\d/\d{4}|\s[a-z]+\s\d{4}))?"
    r"(?:\s?\((?P<inner>%|[a-zµ^*\d ]{1,9}/[a-zµ\d.,²]+)\)(?=\s*\|))?"
    r"(?P<gap>[^\d;.|]{0,28}?\|?\s*)(?P<sign>[<>≤≥]=?\s?)?"
    r"(?P<value>\d{1,3}(?:[ \u202f]\d{3})+|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    r"(?P<unit>(?:\s|\|)*(?:%"
    r"|[a-zµ^*\d ]{1,9}/[a-zµ\d.,²]+(?:/[\d.,]+ ?m2?²?)?))?"
)
_NAMED = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(
        rf"(?P<{re.sub(r'[^a-zA-Z0-9]', '_', name)}>{names})" for name, (names, _) in _LABS.items()
    )
    + r")(?![\w+-])"
)
_GAP = re.compile(
    r"^(?:\s|:|=|\||à|a|de|est|mesuree?|dosee?|is|was|of|at|le|on|estimee?|\(\w+\)|stable|normale?"
    r"|egale?|actuellement|currently|controlee?|raised|low|elevee?|basse?|around|environ|,)*$"
)
_TARGET = re.compile(r"\b(?:objectif|cible|target|goal|norme?s?|<|seuil|si|if|threshold)\W*$")
_PER_CELL = re.compile(
    r"\b(?:corpusculaires?|corpuscular|erythrocyt\w+|distribution|teneur)\b[^|;.]{0,30}$"
)
"""Haemoglobin in a red cell, the width of platelets: other measures."""
_THRESHOLD = re.compile(r"[<>≤≥]\s?=?\s*$")
_NORMS = re.compile(
    r"^\W*(?:(?:valeurs?|bornes?|intervalles?) (?:normales?|usuelles?|de reference)|normes?"
    r"|(?:reference|normal) (?:ranges?|values?|limits?|intervals?))(?: [^:.\d]{0,30})?\W*:"
)
"""A list of normal values holds none of the patient's."""
_IMAGING = re.compile(
    r"\b(?:scanner|tdm|tap\b|irm|echographie|echocardiographie|ett\b|mammographie|radiographie"
    r"|radio\b|tep(?:-scan|-tdm)?|scintigraphie|angioscanner|doppler|coronarographie|ct(?: scan)?"
    r"|mri|ultrasound|echocardiogram|mammogram|x-?ray|pet(?:-ct)?|bone scan|angiogram"
    r"|endoscopie|fibroscopie|coloscopie|colonoscopy|gastroscopy|endoscopy|spirometrie|spirometry"
    r"|efr|ecg|electrocardiogramme)\b"
)
_ADVICE = re.compile(r"\b(?:recommand\w+|recommend\w+|conseill\w+|suggest\w+|advised?)\b")
_NOT_DONE = re.compile(
    r"\b(?:prevue?s?|programmee?s?|a (?:faire|prevoir|realiser|programmer|refaire)|demande\w*"
    r"|planned|scheduled|requested|booked|to be|will|arrange\w*|en attente|awaited|pending|prevoir"
    r"|dans \d|in \d (?:months|weeks)|a (?:\d|trois|six) mois|controle (?:a|dans)|prochaine?"
    r"|next|repeat|surveillance par"
    r"|je (?:la|le|les) (?:revois|reverrai)|nous (?:la|le|les) rev\w+)\b"
)


def _number(written: str, language: str) -> Decimal:
    """*1,850 ng/L* is 1850 in English, and 1.85 in French."""
    plain = re.sub(r"[ \u202f]", "", written)
    if language == "en" and re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        return Decimal(plain.replace(",", ""))
    return Decimal(plain.replace(",", "."))


def named_labs(line: str) -> Iterator[tuple[str, int]]:
    """(name of a measurement, where its word ends) in a folded line, whatever is said of it."""
    for match in _NAMED.finditer(line):
        yield next(n for n in _LABS if match[re.sub(r"[^a-zA-Z0-9]", "_", n)]), match.end()


def result_facts(piece: Piece, language: str) -> Iterator[RecordFact]:
    """The values of one piece; targets, thresholds and relatives' are none."""
    line = folded(piece.text)
    when = dates(piece.text, piece.told)
    taken: set[str] = set()
    norms = _NORMS.search(line.line) or _NORMS.search(f"{folded(piece.heads).line}:")
    for match in () if norms else _LAB.finditer(line.line):
        name = next(n for n in _LABS if match[re.sub(r"[^a-zA-Z0-9]", "_", n)])
        unit = re.sub(r"[\s|]", "", match["unit"] or match["inner"] or "").rstrip(".,")
        wanted = _LABS[name][1]
        if not _GAP.match(match["gap"]) and "|" not in match["gap"]:
            continue
        lead = line.line[: match.start("value")].rstrip("<> ≤≥")[-24:]
        aimed = _TARGET.search(lead) or _TARGET.search(line.line[: match.start()][-24:])
        if _PER_CELL.search(line.line[: match.start()][-50:]):
            continue
        if aimed or (wanted and not re.match(rf"(?:{wanted})$", unit)):
            continue
        stop = match.end("value")
        if match["unit"]:
            stop = match.start("unit") + len(match["unit"].rstrip("., |"))
        start, end = line.place(match.start(), stop)
        taken.add(name)
        value = _number(match["value"], language)
        shown = piece.text[slice(*line.place(match.start("value"), end))]
        yield _fact(
            piece, Category.laboratory, name, piece.text[start:end], value, unit or None,
            _date(when, start, end), shown=shown,
            sign=(match["sign"] or "").strip() or None,
        )  # fmt: skip
    if not any(c.isdigit() for c in piece.text):
        return
    for vital in vital_values(piece.text, language):
        if vital.kind not in _VITALS or not vital.plausible:
            continue
        bounded = _THRESHOLD.search(piece.text[: vital.start])
        if bounded and vital.name != "oxygen_saturation":
            continue  # "PAS > 185 mm Hg": a criterion
        start = _lead(line.line, line.at(vital.start), piece.text)
        yield _fact(
            piece, Category.vital, vital.name, piece.text[start : vital.end].strip(), vital.value,
            vital.unit, _date(when, vital.start, vital.end), shown=vital.text,
            diastolic=vital.diastolic,
        )  # fmt: skip
    for score in scores(piece.text, language):
        if score.value is not None and score.legal and score.name in _KEPT_SCORES:
            yield _fact(
                piece, Category.vital, score.name, score.text, score.value, None,
                _date(when, score.start, score.end), shown=score.text,
            )  # fmt: skip


_KEPT_SCORES = frozenset({"NYHA", "MMSE", "MoCA", "CHA2DS2-VASc", "Child-Pugh", "NIHSS", "Rankin"})


def imaging_facts(piece: Piece, kind: DocumentKind) -> Iterator[RecordFact]:
    """What an imaging or another examination found: the sentence that names it, or the conclusion
    of a report of imaging."""
    line = folded(piece.text).line
    named = _IMAGING.search(line)
    report = kind is DocumentKind.imaging and piece.context is Context.conclusion
    if not (named or report) or _NOT_DONE.search(line) or piece.context is Context.pending:
        return
    if kind is not DocumentKind.imaging and len(piece.text.split()) < 4:
        return
    when = dates(piece.text, piece.told)
    if kind is DocumentKind.imaging and not report and not (named and when):
        return  # its conclusion says it
    if report and not named and _ADVICE.search(line):
        return
    if piece.context in (Context.history, Context.surgery, Context.family, Context.reason):
        return
    modality = named.group() if named else "report"
    yield piece.fact(
        Category.imaging,
        f"imaging:{modality}:{when[0].iso if when else piece.told}:{line[:60]}",
        piece.text,
        date=when[0].iso if when else None,
        status="done",
    )


def _lead(line: str, at: int, text: str) -> int:
    """Where the name of a sign begins, a few words before its value."""
    lead = line[max(0, at - 30) : at]
    cut = max(lead.rfind(mark) for mark in (",", ";", ".", "|", ":  ", " - "))
    start = max(0, at - 30) + (cut + 1 if cut >= 0 else 0)
    if cut < 0 and start:
        start = line.find(" ", start, at) + 1
    place = folded(text).place(start, max(at, start + 1))[0]
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _date(when: tuple, start: int, end: int) -> str | None:  # type: ignore[type-arg]
    """The date that the value's own words give: right behind it, or the only one of its piece."""
    behind = [w for w in when if 0 <= w.start - end <= 24 or start <= w.start < end]
    if behind:
        return str(behind[0].iso)
    before = [w for w in when if w.end <= start]
    return str(before[-1].iso) if before else None


def _fact(
    piece: Piece,
    category: Category,
    name: str,
    label: str,
    value: Decimal,
    unit: str | None,
    when: str | None,
    *,
    shown: str,
    sign: str | None = None,
    diastolic: Decimal | None = None,
) -> RecordFact:
    values = {"name": name, "value": f"{value:f}", "shown": shown}
    values |= {"unit": unit} if unit else {}
    values |= {"sign": sign} if sign else {}
    values |= {"diastolic": f"{diastolic:f}"} if diastolic is not None else {}
    if piece.paragraph.kind is ParagraphKind.row:
        values["row"] = "yes"
    return piece.fact(
        category,
        f"result:{name}",
        label,
        date=when,
        values=values,
    )
