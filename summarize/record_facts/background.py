"""Habits, vaccines, devices, blood group, stays, procedures, reasons and conclusions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical.folded import folded
from clinical.polarity import findings
from clinical.text import content_stems
from clinical.vital_values import of_a_relative
from consultation.record_facts import Category, FactStatus, RecordFact
from consultation.summary import Polarity
from summarize.record_facts.going_on import smokes
from summarize.record_facts.headings import Context
from summarize.record_facts.pieces import Piece
from summarize.record_facts.when import dates

_TOBACCO = re.compile(
    r"\b(?:tabac|tabagi\w+|fum(?:e|es|ez|er|ait|eur|euse)|cigarettes?|paquets?[- ]annees?|smok\w+"
    r"|pack[- ]years?|tobacco|vapot\w+)\b"
)
_NEVER_SMOKED = re.compile(
    r"\b(?:jamais fume|n'a jamais fume|non[- ]fumeu\w+|never smoked|non[- ]smoker|lifelong non"
    r"|never[- ]smoker|pas de taba\w+|absence de tabagisme|tabac ?: ?(?:0|non|aucun|neant|jamais)"
    r"|ne fume pas|does not smoke|doesn't smoke|has never smoked)"
)
_EX_SMOKER = re.compile(
    r"\b(?:sevre\w*|sevrage|arrete\w*|ex[- ]fumeu\w+|ancien(?:ne)? fumeu\w+|ex[- ]smoker"
    r"|former smoker|stopped smoking|quit|gave up|tabagisme sevre|fume plus|no longer smok\w+"
    r"|not smoked (?:since|for)|pas fume depuis"
    r"|abstinen\w+(?![^.;]{0,20}alco)|plus de tabac|ne vapote plus"
    r"|stop(?:pe\w*)? (?:en|depuis)|(?:previous|past) smoker"
    r"|(?:ceased|given up) (?:smoking|tobacco|cigarettes)"
    r"|interromp\w+|cesse de fumer|stopped(?: in)? \d{4}"
    r"|(?:no|aucune?|zero|pas de) (?:cigarettes?|tobacco|tabac) (?:since|for|depuis)"
    r"|non[- ]smoker since)\b"
)
_ALCOHOL = re.compile(
    r"\b(?:alcool\w*|ethyl\w+|oh\b|verres?|alcohol|units? (?:a|per) week|drinks?)\b"
)
_NO_ALCOHOL = re.compile(
    r"\b(?:pas d'alcool|alcool ?: ?(?:0|non|aucun|neant|jamais)|ne (?:boit|consomme) pas|no alcohol"
    r"|does not drink|teetotal|sans alcool|abstinen\w+)\b"
)
_WORK = re.compile(
    r"\b(?:profession|retraite\w*|travaille|metier|marie\w*|veuve?|vit (?:seule?|avec)|enfants"
    r"|retired|works? as|lives? (?:alone|with)|married|widow\w*|autonome|aide a domicile|carer)\b"
)
_BLOOD = re.compile(
    r"(?:groupe(?: sanguin)?|blood (?:group|type)|groupage)[^.;\n]{0,20}?[\s:|(]"
    r"(?P<group>AB|A|B|O)\s?(?:Rh(?:[ée]sus)?\s?[D ]*)?(?P<rh>\+|-|−|–|positif|négatif"
    r"|positive|negative"
    r"|pos\b|neg\b|nég\b)",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:patiente?|femme|homme|madame|monsieur|mme|m\.) (?:de |agee? de )\d{1,3} ans"
    r"|\b\d{1,3}[- ]year[- ]old (?:man|woman|male|female|lady|gentleman|girl|boy|patient)"
)
DEVICE = re.compile(
    r"\b(?:pacemaker|stimulateur cardiaque|defibrillateur|icd\b|chambre implantable|pac\b"
    r"|picc(?:[- ]line)?"
    r"|port[- ]a[- ]cath|implantable port|valve (?:mecanique|biologique|aortique|mitrale)"
    r"|(?:mechanical|tissue) valve|sterilet|diu\b|intrauterine device|sonde (?:jj|double j"
    r"|vesicale)"
    r"|pompe a insuline|insulin pump|stent\w*|colostomie|stoma|tracheotomie|cpap|ppc\b"
    r"|appareil auditif|hearing aid)\b"
)
_VACCINE = re.compile(
    r"\b(?:vaccin\w*|dtp\w*|covid|grippe|pneumo\w+|zona|hepatite b|rappel|influenza|flu jab"
    r"|shingles|tetanus|prevenar|pneumovax|boost\w+|ror|mmr)\b"
)
_STAY = re.compile(
    r"\b(?:hospitalise\w*|hospitalisation|sejour|admis\w*|admission|admitted|discharged|inpatient)\b"
)
_PROCEDURE = re.compile(
    r"\b(?:biopsie\w*|ponction\w*|coloscopie|fibroscopie|coronarographie|endoscopie|cardioversion"
    r"|ablation|embolisation|drainage|biopsy|colonoscopy|gastroscopy|angiography|bronchoscop\w+"
    r"|pose d\w+|transfusion\w*|infiltration|lithotrit\w+|radiotherap\w+|curietherapie"
    r"|chimiotherap\w+|chemotherap\w+|exerese|mastectom\w+|tumorectom\w+|lumpectomy|colectom\w+"
    r"|lobectom\w+)\b"
)
_DONE = re.compile(
    r"\b(?:realise\w*|effectue\w*|pratique\w*|a eu|a beneficie|le \d|on \d|performed|underwent|had"
    r"|was done|placed|pose\w*|en \d{4}|in \d{4}|du \d+)\b"
)
_PLANNED = re.compile(
    r"\b(?:prevue?s?|programmee?s?|a (?:faire|prevoir|realiser|programmer)|demande\w*|propose\w*"
    r"|planned|scheduled|requested|booked|to be|will|envisage\w*|discute\w*|en attente|awaited"
    r"|pending|si|if|refuse\w*|recommend\w+|indication)\b"
)
_TRANSFUSED = re.compile(
    r"\b(?:transfus\w+|culots?(?: globulaires?| plaquettaires?)?|concentres? (?:de globules"
    r"|erythrocyt\w*|plaquett\w*|globulaires?)|cgr\b|plasma frais|blood products?|packed red"
    r"|red cell units?"
    r"|units? of (?:blood|red cells|platelets|plasma)|produits? sanguins?|derives? du sang)\b"
)
_SHORT = 220


def background_facts(piece: Piece, language: str) -> Iterator[RecordFact]:
    line = folded(piece.text).line
    blood = _BLOOD.search(piece.text)
    if blood:
        positive = blood["rh"].lower() in ("+", "positif", "positive", "pos")
        group = f"{blood['group'].upper()}{'+' if positive else '-'}"
        yield _fact(piece, Category.identity, "blood_group", blood.group(), {"group": group})
    person = _PERSON.search(line)
    if person:
        start, end = folded(piece.text).place(*person.span())
        yield _fact(piece, Category.identity, "person", piece.text[start:end], {})
    if piece.context is Context.habits and _WORK.search(line) and not _TOBACCO.search(line):
        yield _fact(piece, Category.habit, f"habit:{line[:60]}", piece.text, {})
    if of_a_relative(piece.text) or piece.context is Context.family:
        return
    yield from _habits(piece, line)
    device = DEVICE.search(line)
    if piece.context is Context.devices or (
        device and not _PLANNED.search(line) and not re.search(r"\b(?:pas de|sans|no|not)\b", line)
    ):
        key = device.group() if device else " ".join(content_stems(piece.text, language)[:3])
        if len(piece.text) <= _SHORT and not re.match(
            r"^\W*(?:aucune?|neant|none|nil|non)\b", line
        ):
            yield _fact(piece, Category.device, f"device:{key}", piece.text, {})
    if (piece.context is Context.vaccines and len(piece.text) <= _SHORT) or (
        re.search(r"\bvaccin\w*|\bvaccinated\b", line) and dates(piece.text)
    ):
        stems = " ".join(s for s in content_stems(piece.text, language) if not s[0].isdigit())
        yield _fact(piece, Category.vaccine, f"vaccine:{stems[:60]}", piece.text, {})
    yield from _events(piece, line, language)
    if piece.context is Context.reason and len(piece.text) <= _SHORT:
        yield _fact(piece, Category.reason, "reason", piece.text, {})
    if piece.context is Context.conclusion:
        stems = " ".join(content_stems(piece.text, language)[:12])
        yield _fact(piece, Category.conclusion, f"conclusion:{stems}", piece.text, {})


def _habits(piece: Piece, line: str) -> Iterator[RecordFact]:
    if _TOBACCO.search(line):
        if _NEVER_SMOKED.search(line):
            yield _fact(
                piece, Category.habit, "habit:tobacco", piece.text, {"state": "never"},
                polarity=Polarity.denied,
            )  # fmt: skip
        elif _EX_SMOKER.search(line):
            yield _fact(piece, Category.habit, "habit:tobacco", piece.text, {"state": "stopped"})
        elif not re.search(r"\b(?:sevrage|conseil|arret du tabac|cessation advice)\b", line):
            state = "current" if smokes(line) else "mentioned"
            yield _fact(piece, Category.habit, "habit:tobacco", piece.text, {"state": state})
    if _ALCOHOL.search(line) and piece.context in (Context.habits, Context.history, None):
        none = _NO_ALCOHOL.search(line) is not None
        yield _fact(
            piece, Category.habit, "habit:alcohol", piece.text,
            {"state": "never" if none else "current"},
            polarity=Polarity.denied if none else Polarity.affirmed,
        )  # fmt: skip


def _events(piece: Piece, line: str, language: str) -> Iterator[RecordFact]:
    if piece.context in (Context.plan, Context.pending, Context.vigilance, Context.treatments):
        return
    when = dates(piece.text, piece.told)
    if _TRANSFUSED.search(line) and not _PLANNED.search(line) and len(piece.text) <= _SHORT:
        none = re.search(r"\b(?:pas|aucune?|sans|non|no|not|without|never|jamais)\b", line)
        yield _fact(
            piece, Category.procedure, f"transfusion:{when[0].iso if when else piece.told or ''}",
            piece.text, {}, polarity=Polarity.denied if none else Polarity.affirmed, status="done",
        )  # fmt: skip
        return
    stay = _STAY.search(line)
    if stay and when and not _PLANNED.search(line) and not re.search(r"\b(?:pas|no|not)\b", line):
        yield _fact(piece, Category.stay, f"stay:{when[0].iso}", piece.text, {}, status="done")
    found = _PROCEDURE.search(line)
    if found and _DONE.search(line) and when and not _PLANNED.search(line):
        if any(f.polarity is Polarity.denied for f in findings(piece.text, language)):
            return
        yield _fact(
            piece, Category.procedure, f"procedure:{found.group()}:{when[0].iso}", piece.text, {},
            status="done",
        )  # fmt: skip


def _fact(
    piece: Piece,
    category: Category,
    key: str,
    label: str,
    values: dict[str, str],
    *,
    polarity: Polarity = Polarity.affirmed,
    status: FactStatus | None = None,
) -> RecordFact:
    return piece.fact(
        category,
        key,
        label,
        date=piece.first_date,
        status=status,
        polarity=polarity,
        values=values,
    )
