"""What the documents say in two ways: both sides are kept, none is chosen.

A later denial contradicts an earlier diagnosis of a disease that does not go away; an earlier one
does not: diseases begin. One event has one date and one side.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from clinical.allergies import shared_class
from clinical.drugs import DrugMention
from consultation.record_facts import Category
from consultation.summary import Polarity
from summarize.record_facts.allergies import NONE
from summarize.reduce.cited import Cited, agree

CHRONIC = frozenset(
    {
        "diabetes", "hypertension", "dyslipidaemia", "asthma", "copd", "kidney disease",
        "liver disease", "hypothyroidism", "hyperthyroidism", "glaucoma", "parkinson disease",
        "multiple sclerosis", "hiv", "osteoporosis", "sleep apnoea", "crohn disease",
        "ulcerative colitis", "coeliac disease", "gout", "lupus", "dementia", "schizophrenia",
        "bipolar disorder", "psoriasis", "myocardial infarction", "stroke", "cancer",
        "heart failure",
        "epilepsy", "tuberculosis", "osteoarthritis", "endometriosis",
    }
)  # fmt: skip
_REPEATABLE = re.compile(
    r"surgery:(?:cesar|caesar|cesarean|stent|angioplast|arthroscop|operation|opere|chirurgie|surgery"
    r"|operated|curage|osteosynth|amputation|pontage|bypass|biopsi)"
)


@dataclass(frozen=True)
class Clash:
    """``about`` as it was named; ``says`` are the words that differ."""

    kind: str
    about: str
    one: Cited
    one_says: str
    other: Cited
    other_says: str


Groups = dict[str, list[Cited]]


def clashes(groups: Groups) -> tuple[Clash, ...]:
    """``groups``: facts by key, each in order. Treatments are compared by ``course``."""
    found: list[Clash] = []
    for rule in (_blood, _allergies, _diagnoses, _sides, _dates, _habits, _results):
        found.extend(rule(groups))
    return tuple(found)


def _blood(groups: Groups) -> Iterator[Clash]:
    yield from _first_pair(
        "blood_group", groups.get("blood_group", ()), lambda c: c.fact.values["group"],
        lambda c: c.fact.label, about="",
    )  # fmt: skip


def _first_pair(
    kind: str,
    found: Sequence[Cited],
    key: Callable[[Cited], str],
    says: Callable[[Cited], str],
    about: str,
) -> Iterator[Clash]:
    """The first two that differ: one clash a subject, its oldest side and the latest against it."""
    if not found:
        return
    first = found[0]
    other = next((c for c in reversed(found) if key(c) != key(first)), None)
    if other is not None:
        yield Clash(kind, about or first.fact.label, first, says(first), other, says(other))


def _allergies(groups: Groups) -> Iterator[Clash]:
    affirmed: list[Cited] = []
    for key, found in groups.items():
        if not key.startswith("allergy:") or key == NONE:
            continue
        yes = [c for c in found if c.fact.polarity is Polarity.affirmed]
        no = [
            c
            for c in found
            if c.fact.polarity is Polarity.denied and "ruled_out" not in c.fact.values
        ]
        affirmed += yes[:1]
        if yes and no:
            yield Clash(
                "allergy", yes[0].fact.label, yes[0], yes[0].quote,
                no[-1], no[-1].quote,
            )  # fmt: skip
    none = groups.get(NONE, [])
    if none and affirmed:
        first = min(affirmed, key=lambda c: c.order)
        later = [c for c in none if c.told >= first.told or not c.told]
        if later:
            last = later[-1]
            yield Clash(
                "no_allergy", first.fact.label, first, first.quote, last,
                last.quote,
            )  # fmt: skip


def prescribed_allergens(groups: Groups, taken: Iterable[Cited]) -> Iterator[Clash]:
    """A current treatment of a class that the patient is said to be allergic to."""
    allergens = [
        found[0]
        for key, found in sorted(groups.items())
        if key.startswith("allergy:") and "inn" in found[0].fact.values
        and any(c.fact.polarity is Polarity.affirmed for c in found)
        and not any("ruled_out" in c.fact.values for c in found)
        and all(c.fact.values.get("certainty") != "intolerance" for c in found)
    ]  # fmt: skip
    for drug in taken:
        for allergen in allergens:
            if shared_class(_mention(allergen), _mention(drug)):
                yield Clash(
                    "prescribed_allergen", drug.fact.label, allergen, allergen.quote,
                    drug, drug.quote,
                )  # fmt: skip


def _mention(one: Cited) -> DrugMention:
    values = one.fact.values
    kind = "class" if values.get("kind") == "class" else "drug"
    return DrugMention(values["inn"], values.get("atc"), one.fact.label, 0, 0, kind, 1.0)  # type: ignore[arg-type]


def _diagnoses(groups: Groups) -> Iterator[Clash]:
    for key, found in groups.items():
        if not key.startswith("problem:"):
            continue
        concept = key.split(":")[1]
        yes = [c for c in found if c.fact.polarity is Polarity.affirmed]
        no = [c for c in found if c.fact.polarity is Polarity.denied]
        if not yes or not no:
            continue
        if concept in CHRONIC:
            if concept == "cancer" and key.count(":") < 2:
                continue  # of no organ: "pas de cancer" may be of another
            last = next((c for c in reversed(no) if c.told >= yes[0].told), None)
            first: Cited | None = yes[0]
        else:
            last = no[-1]
            first = next((c for c in yes if c.told and c.told == last.told), None)
            if first is not None and first.document.sha256 == last.document.sha256:
                continue
        if last is not None and first is not None:
            yield Clash(
                "diagnosis", first.fact.label, first, first.quote, last,
                last.quote,
            )  # fmt: skip


def _sided(groups: Groups) -> Iterator[list[Cited]]:
    for key, found in groups.items():
        if key.startswith(("problem:", "surgery:", "item:")):
            yield [c for c in found if c.fact.values.get("side") in ("left", "right")]


def _sides(groups: Groups) -> Iterator[Clash]:
    for found in _sided(groups):
        if len({c.fact.values["side"] for c in found}) < 2:
            continue
        for i, one in enumerate(found):
            other = next((c for c in found[i + 1 :] if _other_side(one, c, found)), None)
            if other is not None:
                yield Clash(
                    "side", one.fact.label, one, one.fact.values["side_text"], other,
                    other.fact.values["side_text"],
                )  # fmt: skip
                break


def _other_side(one: Cited, other: Cited, all_: Sequence[Cited]) -> bool:
    if one.fact.values["side"] == other.fact.values["side"]:
        return False
    if one.fact.date and other.fact.date and not agree(one.fact.date, other.fact.date):
        return False  # one in 2015, the other in 2019: two events
    organs = {c.fact.values.get("organ") for c in (one, other)}
    if len(organs) == 2 and None not in organs:
        return False
    by_document: dict[str, set[str]] = defaultdict(set)
    for each in all_:
        by_document[each.document.sha256].add(each.fact.values["side"])
    return not any(len(sides) == 2 for sides in by_document.values())  # both are known


def _dates(groups: Groups) -> Iterator[Clash]:
    for key, found in groups.items():
        if not key.startswith("surgery:") or _REPEATABLE.match(key):
            continue
        dated = [c for c in found if c.fact.date]
        if len({c.fact.date for c in dated}) < 2:
            continue
        several: dict[str, set[str]] = defaultdict(set)
        for each in dated:
            several[each.document.sha256].add((each.fact.date or "")[:4])
        if any(len(years) > 1 for years in several.values()):
            continue  # one document tells two: they are two
        for i, one in enumerate(dated):
            other = next(
                (
                    c
                    for c in dated[i + 1 :]
                    if not agree(one.fact.date or "", c.fact.date or "")
                    and _same_side(one, c)
                    and c.document.sha256 != one.document.sha256
                ),
                None,
            )
            if other is not None:
                yield Clash("date", one.fact.label, one, one.quote, other, other.quote)
                break


def _same_side(one: Cited, other: Cited) -> bool:
    sides = {c.fact.values.get("side") for c in (one, other)} - {None}
    return len(sides) < 2


def _habits(groups: Groups) -> Iterator[Clash]:
    found = groups.get("habit:tobacco", [])
    smoked = [c for c in found if c.fact.values.get("state") in ("stopped", "current")]
    never = [c for c in found if c.fact.values.get("state") == "never"]
    if smoked and never and never[-1].told >= smoked[0].told:
        one, other = smoked[0], never[-1]
        yield Clash("habit", one.fact.label, one, one.fact.label, other, other.fact.label)
    elif smoked and never and any(c.fact.values["state"] == "stopped" for c in smoked):
        # "Never smoked" in 2019 and "stopped in 2010" in 2021.
        ended = next(c for c in smoked if c.fact.values["state"] == "stopped")
        if ended.fact.date and never[0].told and ended.fact.date[:4] < never[0].told[:4]:
            one, other = never[0], ended
            yield Clash("habit", one.fact.label, one, one.fact.label, other, other.fact.label)


def _results(groups: Groups) -> Iterator[Clash]:
    for key, found in groups.items():
        if not key.startswith("result:"):
            continue
        days: dict[str, list[Cited]] = defaultdict(list)
        for one in found:
            when = one.fact.date or (one.told if one.document.kind == "laboratory" else "")
            if one.fact.category is Category.laboratory and len(when or "") == 10:
                days[when or ""].append(one)
        for _, same in sorted(days.items()):
            first = same[0]
            other = next(
                (
                    c
                    for c in same[1:]
                    if c.fact.values["value"] != first.fact.values["value"]
                    and c.fact.values.get("unit") == first.fact.values.get("unit")
                    and c.document.sha256 != first.document.sha256
                    and not _rounded(c.fact.values["value"], first.fact.values["value"])
                ),
                None,
            )
            if other is not None:
                yield Clash(
                    "result", first.fact.values["name"], first, first.fact.values["shown"], other,
                    other.fact.values["shown"],
                )  # fmt: skip


def _rounded(a: str, b: str) -> bool:
    """*11.24* and *11.2*."""
    places = min(len(v.partition(".")[2]) for v in (a, b))
    return round(float(a), places) == round(float(b), places)
