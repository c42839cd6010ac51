"""What is to come or to be watched: results awaited, appointments, points of vigilance."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical.folded import folded
from clinical.text import content_stems
from consultation.record_facts import Category, RecordFact
from summarize.record_facts.headings import Context
from summarize.record_facts.pieces import Piece
from summarize.record_facts.when import dates

_PENDING = re.compile(
    r"\b(?:en attente|est attendu\w*|sont attendu\w*|attendus?(?= pour)|a recevoir"
    r"|a recuperer|non parvenue?s?|not (?:yet )?received"
    r"|resultats? (?:a venir|non (?:parvenus?|recus?|disponibles?))|en cours d'analyse"
    r"|pas encore (?:recus?|parvenus?|disponibles?|revenus?)|non encore \w+|nous attendons"
    r"|(?:is|are|still) (?:awaited|pending)|awaited|awaiting|pending|outstanding|to follow"
    r"|not (?:yet )?(?:available|received|back)(?: yet)?|result\w* not (?:back|available)|a suivre"
    r"|waiting (?:for|on)|(?:cultures?|analyses?|hemocultures?|serologies?|sequen\w+) en cours"
    r"|on attend|pas (?:encore )?(?:revenue?s?|parvenue?s?|recue?s?))\b"
)
_TESTS = re.compile(
    r"\b(?:her2|fish|cish|ngs|brca\w*|biopsi\w+|anatomopatholog\w+|anapath|histolog\w+|cytolog\w+"
    r"|immunohistochim\w+|biologie|bilan|dosage|serologi\w+|hemocultures?|ecbu|culture\w*|scanner|irm"
    r"|tep\w*|scintigraphie|echographie|mammographie|pd-?l1|egfr|kras|braf|ras|msi|test\w*|resultat\w*"
    r"|analyse\w*|panel|result\w*|histology|cytology|biopsy|blood|scan|mri|pet\w*|sequenc\w+|genetic\w*"
    r"|oncogenetique|caryotype|marker\w*|electrophorese|genotyp\w*|dpyd|dpd|tsh|ferritine?|hba1c|holter|polysomnographie"
    r"|coloscopie|colonoscopy|mammogram|echocardiogra\w+|ett|efr|examen\w*|report|osteodensitometri\w*"
    r"|dexa|densitometry|fibroscopie|gastroscop\w+|bronchoscop\w+|cystoscop\w+|radiographie|x-ray"
    r"|mammography|ultrasound|doppler|spirometr\w+|audiogram\w*"
    r"|serolog\w+|swabs?|smears?|frottis|urines?|urinalysis|stools?|coproculture|calprotectin\w*"
    r"|vitamin\w*|b12|folates?|psa|cea|afp|d-?dimer\w*|troponin\w*|bnp|creatinin\w*|ionogramme"
    r"|electrolytes|lipid\w*|cholesterol|cortisol\w*|prolactin\w*|antibod\w+|anticorps"
    r"|angioscanner|coroscanner|coronarographie|angiogra\w+|electromyogra\w+|emg|eeg|pcr"
    r"|quantiferon|myelogramme|marrow|endoscop\w+)\b"
)
_FOUND = re.compile(
    r"\d|\b(?:positi\w+|negati\w+|normal\w*|absence|retrouv\w+|montr\w+|objectiv\w+|confirm\w+|mut\w+"
    r"|sauvage|amplifi\w+|sterile\w*|sans particularite|shows?|showed|found|no \w+|revealed?|wild"
    r"|conclu\w+|identifi\w+|detect\w+|met en evidence|pas d\w*|en faveur"
    r"|homogen\w*|inchange\w*|unchanged|unremarkable|resequ\w+|resected|removed"
    r"|elevee?s?|abaissee?s?|raised|elevated|sans (?:fixation|anomalie|lesion)|clear)\b"
)
_FOLLOW = re.compile(
    r"\b(?:revoir|revois|revoyons|reverrai|reverrons|reverra|(?:consultation"
    r"|rdv) (?:de (?:suivi|controle)|prevue|dans|le)"
    r"|rendez-vous|rdv|prochain\w* (?:consultation|visite|rendez-vous|scanner|bilan|controle)"
    r"|controle (?:dans|a|prevu)|suivi (?:dans|a|par|tous)|prevue?s? (?:le|dans|en)"
    r"|programmee?s? (?:le"
    r"|dans|en)|a (?:refaire|controler|prevoir|programmer) |surveillance|follow[- ]?up|will be seen"
    r"|(?:review|seen|appointment|clinic|repeat|recheck)[^.]{0,30}(?:in|on) (?:\d|one|two|three|six"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)"
    r"|scheduled (?:for|on)|booked (?:for|on)|planned (?:for|on|in))\b"
)
_WATCH: tuple[tuple[str, str], ...] = (
    (
        "anticoagulant",
        r"anticoagul\w+|sous avk|previscan|warfarin\w*|apixaban|rivaroxaban|dabigatran|edoxaban"
        r"|fluindione|eliquis|xarelto|coumadine",
    ),
    (
        "pregnancy",
        r"enceinte|grossesse (?:en cours|evolutive|actuelle|gemellaire|monofoetale)"
        r"|grossesse \((?:terme|dpa)|gravidite en cours|pregnant|semaines? d'amenorrhee|\d+ ?sa\b"
        r"|(?:ongoing|current|evolving|viable|twin|singleton) pregnancy|pregnancy \((?:due|edd)"
        r"|\d+ (?:weeks|wks)(?: of|') gestation",
    ),
    (
        "renal",
        r"insuffisance renale(?: \w+)?|renal (?:impairment|failure|insufficiency)|chronic kidney"
        r" disease|ckd(?: stage)?|maladie renale chronique|dialys\w+|dialysis",
    ),
    (
        "isolation",
        r"isolement|bhre|bmr\b|sarm|mrsa|portage de|isolation|carrier of|epc\b|blse|clostridi\w+",
    ),
    ("pacemaker", r"pacemaker|stimulateur cardiaque|defibrillateur|icd\b|defibrillator"),
    (
        "immunosuppression",
        r"immunodeprim\w+|immunosuppress\w+|aplasie|neutropenie febrile|asplen\w+",
    ),
    ("difficult_airway", r"intubation difficile|difficult (?:airway|intubation)"),
    (
        "transfusion",
        r"transfus\w+ (?:interdite|refusee?)|refus\w* (?:de )?transfus\w+|temoin de jehovah",
    ),
    ("driving", r"chutes? a repetition|recurrent falls|risque de chute|falls risk"),
    ("swallowing", r"fausses? routes?|aspiration risk"),
    ("dpd", r"deficit en dpd|dpd defici\w+|dihydropyrimidine"),
    (
        "directives",
        r"directives anticipees|personne de confiance|dnacpr|advance decision|resuscitation",
    ),
)
_WATCHED = tuple((name, re.compile(rf"\b(?:{words})\b")) for name, words in _WATCH)
_DENIED = re.compile(
    r"(?<!\w)(?:pas|sans|aucune?|non|ni|no|not|without|denies|absence|jamais|never|nie)\b[^,;]{0,25}$"
)
_OVER = re.compile(
    r"^\W*(?:\w+\W+){0,3}?(?:arret\w+|stopp\w+|discontinu\w+|levee?|lifted|terminee?|exclue?)\b"
)


def plan_facts(piece: Piece, language: str) -> Iterator[RecordFact]:
    """Pending, follow-up and vigilance of one piece."""
    line = folded(piece.text).line
    if piece.context is Context.family:
        return
    pending = _PENDING.search(line)
    if (pending and _TESTS.search(line)) or piece.context is Context.pending:
        if not re.match(r"^\W*(?:aucune?|neant|none|nil|non)\b", line):
            yield _fact(piece, Category.pending, _pending_key(piece, language), "pending")
    elif pending_words(piece.text) and _FOUND.search(line) and not _FOLLOW.search(line):
        yield _fact(
            piece, Category.answer, f"answer:{' '.join(sorted(pending_words(piece.text)))}", None
        )
    elif _FOLLOW.search(line) and piece.context not in (Context.history, Context.surgery):
        fact = _fact(piece, Category.follow_up, f"follow_up:{_stems(piece, language)}", "planned")
        if fact.date is None or piece.told is None or fact.date > piece.told:
            yield fact  # "consultation de suivi du…" is this document's own title
    for name, pattern in _WATCHED:
        match = pattern.search(line)
        if match is None or _DENIED.search(line[: match.start()]):
            continue
        if _OVER.match(line[match.end() :]) or re.search(
            r"\b(?:arret\w*|stopp\w+|risque d'|risk of|si|if|antecedent de"
            r"|history of)\s*(?:\w+\s){0,3}$",
            line[: match.start()],
        ):
            continue
        yield _fact(piece, Category.vigilance, f"vigilance:{name}", None)
    if piece.context is Context.vigilance and not any(p.search(line) for _, p in _WATCHED):
        yield _fact(piece, Category.vigilance, f"vigilance:{_stems(piece, language)}", None)


def _pending_key(piece: Piece, language: str) -> str:
    """What is awaited: the tests named, in their own words."""
    tests = sorted({m.group() for m in _TESTS.finditer(folded(piece.text).line)} - _GENERAL)
    return "pending:" + (" ".join(tests) or _stems(piece, language))


_GENERAL = frozenset(
    {"resultat", "resultats", "result", "results", "analyse", "analyses", "examen", "examens"}
    | {"test", "tests", "report", "bilan", "dosage"}
)


def pending_words(text: str) -> frozenset[str]:
    """The tests that a text names, folded: what a result must name to answer what is awaited."""
    found = (m.group() for m in _TESTS.finditer(folded(text).line))
    return frozenset("brca" if w.startswith("brca") else w for w in found) - _GENERAL


def _stems(piece: Piece, language: str) -> str:
    return " ".join(sorted(set(content_stems(piece.text, language)))[:8])


def _fact(piece: Piece, category: Category, key: str, status: str | None) -> RecordFact:
    when = dates(piece.text, piece.told)
    return piece.fact(
        category,
        key,
        piece.text,
        date=when[-1].iso if when else None,
        status="pending" if status == "pending" else "planned" if status else None,
    )
