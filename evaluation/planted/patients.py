"""Synthetic patients, written from templates and a seed: each one with one thing planted, or none.

Everybody is invented. A patient is four to six plain-text documents that agree with each other, but
for what is planted; a control has what resembles it and is none (a dose that was changed, an
allergy that was found later, two hips in two years).
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Wording = Literal["tuned", "held_out", "fresh", "unseen", "blind", "blind2", "blind3"]
"""From ``unseen`` on: of stale facts alone. Blind ones stand in files of their own; ``blind3`` has
controls of its own too, which speak of what goes on in ordinary words."""
_OWN_FILES = frozenset({"blind", "blind2", "blind3"})
_ORDER = ("story", "problems", "hist", "family", "allergy", "habits", "treat", "stopped", "exam",
          "labs", "imaging", "vigilance", "concl", "plan")  # fmt: skip
_NAMES = {
    "fr": ("Histoire de la maladie", "Problèmes actifs", "Antécédents", "Antécédents familiaux",
           "Allergies", "Mode de vie", "Traitement en cours", "Traitements arrêtés",
           "Examen clinique", "Biologie", "Imagerie", "Points de vigilance", "Conclusion",
           "Conduite à tenir"),
    "en": ("History of presenting complaint", "Active problems", "Past medical history",
           "Family history", "Allergies", "Social history", "Current medication",
           "Stopped medication", "Examination", "Blood tests", "Imaging", "Alerts", "Assessment",
           "Plan"),
}  # fmt: skip
_TITLES = {
    "fr": ("Compte rendu de consultation", "Lettre de consultation", "Consultation de suivi"),
    "en": ("Clinic letter", "Consultation note", "Follow-up letter"),
}
_CALM = {
    "fr": {
        "story": ["Le patient se sent bien.", "Pas de plainte nouvelle.", "Va mieux."],
        "hist": ["Hypertension artérielle", "Arthrose lombaire", "Dyslipidémie", "Glaucome"],
        "treat": ["Atorvastatine 20 mg le soir", "Oméprazole 20 mg le matin",
                  "Latanoprost collyre 1 goutte le soir", "Lévothyroxine 75 µg le matin"],
        "exam": ["TA 128/76 mmHg, pouls 68/min.", "Auscultation normale.", "TA 134/80 mmHg."],
        "concl": ["État stable.", "Bon équilibre.", "Situation stable."],
        "plan": ["Revoir dans 6 mois.", "Contrôle dans 3 mois.", "Poursuite de la surveillance."],
    },
    "en": {
        "story": ["Feels well.", "No new complaint.", "Better over the last month."],
        "hist": ["Hypertension", "Lumbar osteoarthritis", "Dyslipidaemia", "Glaucoma"],
        "treat": ["Atorvastatin 20 mg at night", "Omeprazole 20 mg in the morning",
                  "Latanoprost eye drops one drop at night", "Levothyroxine 75 mcg mane"],
        "exam": ["BP 128/76, pulse 68.", "Chest clear.", "BP 134/80."],
        "concl": ["Stable.", "Well controlled.", "Remains stable."],
        "plan": ["Review in 6 months.", "Follow-up in 3 months.", "Continue monitoring."],
    },
}  # fmt: skip
_DRUGS = (
    ("Amlodipine", "Amlodipine", "5 mg", "10 mg"),
    ("Ramipril", "Ramipril", "2,5 mg", "5 mg"),
    ("Bisoprolol", "Bisoprolol", "2,5 mg", "5 mg"),
    ("Périndopril", "Perindopril", "5 mg", "10 mg"),
    ("Furosémide", "Furosemide", "20 mg", "40 mg"),
    ("Allopurinol", "Allopurinol", "100 mg", "200 mg"),
    ("Gliclazide", "Gliclazide", "30 mg", "60 mg"),
    ("Candésartan", "Candesartan", "8 mg", "16 mg"),
)
_ALLERGENS = {
    "fr": ("pénicilline", "codéine", "morphine", "clarithromycine"),
    "en": ("penicillin", "codeine", "morphine", "clarithromycin"),
}


@dataclass(frozen=True)
class Planted:
    """What was planted where. ``files``: the two documents that it stands in."""

    group: Literal["contradictions", "stale"]
    kind: str
    files: frozenset[str]


@dataclass(frozen=True)
class Patient:
    id: str
    language: str
    documents: tuple[tuple[str, bytes], ...]
    """(file name, UTF-8 text)"""
    planted: Planted | None
    wordings: Wording
    clauses: tuple[str, ...] = ()
    """The planted words, for a reader of the report."""


@dataclass
class _Sheet:
    day: date
    lines: dict[str, list[str]] = field(default_factory=dict)


def patients(
    group: Literal["contradictions", "stale", "controls"],
    count: int,
    *,
    seed: int = 0,
    wordings: Wording = "tuned",
) -> tuple[Patient, ...]:
    """``count`` patients, half French and half English, kinds in turn; the same for a seed."""
    found = []
    for number in range(count):
        language = ("fr", "en")[number % 2]
        rng = random.Random(f"{seed} {group} {wordings} {number}")  # noqa: S311
        found.append(_patient(group, number // 2, language, wordings, rng))
    return tuple(found)


def kinds(group: str, language: str) -> tuple[str, ...]:
    return tuple(_wordings(language)[group])


@cache
def _wordings(language: str, stem: str = "") -> dict[str, Any]:
    name = f"{stem}{language}.toml"
    return tomllib.loads(files("evaluation.planted").joinpath(name).read_text("utf-8"))


def _patient(
    group: Literal["contradictions", "stale", "controls"],
    number: int,
    language: str,
    wordings: Wording,
    rng: random.Random,
) -> Patient:
    table = _wordings(language, f"{wordings}_" if wordings in _OWN_FILES else "")[group]
    slots = _slots(language, rng)
    if group == "controls":
        pair = table["pairs"][number % len(table["pairs"])]
        clauses, gap, kind = list(pair), table["gap"], ""
    else:
        kind = list(table)[number % len(table)]
        entry = table[kind]
        clauses, gap = _clauses(entry, wordings, number // len(table), rng), entry["gap"]
    clauses = [clause.format(**slots) for clause in clauses]
    sheets, places = _sheets(clauses, gap, language, rng, slots)
    _leave_no_list_out(sheets, places)
    names = [f"{i + 1:02}-{sheet.day.isoformat()}.txt" for i, sheet in enumerate(sheets)]
    planted = None
    if group != "controls":
        planted = Planted(group, kind, frozenset(names[i] for i in places[-2:]))
    return Patient(
        id=f"{group}-{language}-{number:03}",
        language=language,
        documents=tuple(
            (name, _text(sheet, language, rng).encode())
            for name, sheet in zip(names, sheets, strict=True)
        ),
        planted=planted,
        wordings=wordings,
        clauses=tuple(clauses),
    )


def _clauses(entry: dict[str, Any], wordings: Wording, turn: int, rng: random.Random) -> list[str]:
    """The earlier wordings, then the two that clash; of one row where rows belong together."""
    prefix = {"held_out": "held_", "fresh": "fresh_", "unseen": "unseen_"}.get(wordings, "")
    columns = [entry.get(f"{prefix}{name}", entry.get(name)) for name in ("first", "a", "b")]
    listed = [column for column in columns if column]
    if entry.get("paired"):
        row = turn % min(len(column) for column in listed)
        return [column[row] for column in listed]
    return [rng.choice(column) for column in listed]


def _slots(language: str, rng: random.Random) -> dict[str, str]:
    french, english, low, high = rng.choice(_DRUGS)
    side, other = rng.sample(["droite", "gauche"] if language == "fr" else ["Right", "Left"], 2)
    first = rng.randint(1985, 2008)
    value = rng.randint(105, 130)
    point = "," if language == "fr" else "."
    day = date(2021, 1, 1) + timedelta(days=rng.randint(0, 300))
    return {
        "drug": french if language == "fr" else english,
        "d1": low if language == "fr" else low.replace(",", "."),
        "d2": high,
        "a": rng.choice(_ALLERGENS[language]),
        "side": side if language == "fr" else side.lower(),
        "other": other if language == "fr" else other.lower(),
        "y1": str(first),
        "y2": str(first + rng.randint(2, 9)),
        "v1": f"{value / 10:.1f}".replace(".", point),
        "v2": f"{(value + rng.choice((-19, -13, 14, 21))) / 10:.1f}".replace(".", point),
        "day": day.strftime("%d/%m/%Y" if language == "fr" else "%d %B %Y").lstrip("0"),
    }


def _sheets(
    clauses: Sequence[str],
    gap: Sequence[int],
    language: str,
    rng: random.Random,
    slots: dict[str, str],
) -> tuple[list[_Sheet], list[int]]:
    """Documents in order of date, and the places of the clauses among them."""
    calm = _CALM[language]
    history = rng.sample(calm["hist"], 2)
    drugs = [d for d in rng.sample(calm["treat"], 2) if not d.startswith(slots["drug"])]
    day = date(2022, 1, 10) + timedelta(days=rng.randint(0, 200))
    days = [day]
    for _ in range(len(clauses) - 1):
        days.append(days[-1] + timedelta(days=rng.randint(*gap)))
    sheets = [_Sheet(d) for d in days]
    for clause, sheet in zip(clauses, sheets, strict=True):
        section, _, words = clause.partition("|")
        sheet.lines.setdefault(section, []).append(words)
    quiet = [
        _Sheet(days[0] - timedelta(days=rng.randint(100, 600))),
        _Sheet(days[-1] + timedelta(days=rng.randint(40, 200))),
    ]
    every = sorted([*sheets, *quiet], key=lambda sheet: sheet.day)
    for sheet in every:
        for section in ("story", "exam", "concl", "plan"):
            if section not in sheet.lines:
                sheet.lines[section] = [rng.choice(calm[section])]
        sheet.lines["hist"] = [*history, *sheet.lines.get("hist", [])]
        if "treat" in sheet.lines or rng.random() < 0.7:
            sheet.lines["treat"] = [*drugs, *sheet.lines.get("treat", [])]
    return every, [every.index(sheet) for sheet in sheets]


def _leave_no_list_out(sheets: Sequence[_Sheet], places: Sequence[int]) -> None:
    """A list without the planted drug would say of it that it is listed no more, which nobody
    planted: where one document lists it, quiet documents have no list of treatments."""
    if any(
        line.startswith(_DRUG_NAMES) for i in places for line in sheets[i].lines.get("treat", ())
    ):
        for number, sheet in enumerate(sheets):
            if number not in places:
                sheet.lines.pop("treat", None)


_DRUG_NAMES = tuple(sorted({name for drug in _DRUGS for name in drug[:2]} | {"Insul", "Parac"}))


def _text(sheet: _Sheet, language: str, rng: random.Random) -> str:
    """Headings on lines of their own, or before a colon; lists, or sentences."""
    names = dict(zip(_ORDER, _NAMES[language], strict=True))
    french = language == "fr"
    written = sheet.day.strftime("%d/%m/%Y") if french else sheet.day.strftime("%d %B %Y")
    title = rng.choice(_TITLES[language])
    out = [f"{title} {'du' if french else 'of'} {written}", ""]
    headed = rng.random() < 0.6
    colon = " :" if french else ":"
    for section in _ORDER:
        lines = sheet.lines.get(section)
        if not lines:
            continue
        listed = section in ("hist", "treat", "problems", "stopped", "family")
        if headed:
            out.append(f"{names[section]}{colon}")
            out += [f"- {line}" if listed else line for line in lines]
        elif listed and rng.random() < 0.5:
            joined = "; ".join(line.rstrip(".") for line in lines)
            out.append(f"{names[section]}{colon} {joined}.")
        elif listed:
            out += [f"{names[section]}{colon}", *(f"- {line}" for line in lines)]
        else:
            out.append(f"{names[section]}{colon} {' '.join(lines)}")
        out.append("")
    return "\n".join(out)
