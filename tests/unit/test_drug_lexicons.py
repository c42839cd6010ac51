"""The drug lists agree with themselves, and no ordinary word is taken for a drug."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from importlib.resources import files

import pytest

from clinical.drugs import LEXICONS, Drug, drugs, find_drugs, is_ordinary
from clinical.drugs import _merged as merged
from clinical.text import fold

FOLDER = files("clinical") / "lexicons"
ORDINARY_WORDS = {
    "fr": """car carte allié tiens vend prend mesure exprime accélère question central adulte sport
        forte monde deux pris moment constante alcoolique souffrons proposée révélée douleur
        réglisse évidence santé légende mission vision""",
    "en": """versed cart ally increase medicine correct seemed sinuses care name spray test call
        evidence legend vision mission increase gesture branches nickel licences iodine orthotic
        mucosal mitral cruciate acuteness""",
}


def rows(file: str) -> list[dict[str, str]]:
    with (FOLDER / file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def names(drug: Drug) -> set[str]:
    return {re.sub(r"\W", "", fold(name)) for name in (drug.inn, drug.fr, *drug.names)}


def test_the_supplement_holds_at_least_400_names_that_are_not_in_the_first_list() -> None:
    first = {fold(n) for r in rows(LEXICONS[0]) for n in [r["inn"], *r["names"].split(";")] if n}
    more = {fold(n) for r in rows(LEXICONS[1]) for n in [r["inn"], *r["names"].split(";")] if n}
    substances = {r["inn"] for r in rows(LEXICONS[1])} - {r["inn"] for r in rows(LEXICONS[0])}
    assert len(more - first) >= 400
    assert len(substances) >= 400


def test_a_name_belongs_to_one_drug() -> None:
    owners = defaultdict(set)
    for drug in drugs():
        for name in names(drug):
            owners[name].add(drug.inn)
    assert {name: inns for name, inns in owners.items() if len(inns) > 1} == {}


def test_no_list_names_a_substance_twice() -> None:
    for file in LEXICONS:
        inns = [row["inn"] for row in rows(file)]
        assert len(inns) == len(set(inns)), file


def test_codes_are_well_formed_and_shared_on_purpose_only() -> None:
    by_code = defaultdict(set)
    for drug in drugs():
        if drug.atc:
            assert re.fullmatch(r"[A-V]\d\d[A-Z]{2}\d\d", drug.atc), drug
            by_code[drug.atc].add(drug.inn)
    shared = {code: inns for code, inns in by_code.items() if len(inns) > 1}
    assert shared == {
        "A04AD12": {"aprepitant", "fosaprepitant"},  # WHO gives the prodrug the same code
        "N04BA02": {"levodopa/carbidopa", "levodopa/benserazide"},
    }


@pytest.mark.parametrize(
    ("brand", "inn"),
    [
        ("Enhertu", "trastuzumab deruxtecan"),
        ("Tagrisso", "osimertinib"),
        ("Ibrance", "palbociclib"),
        ("Wegovy", "semaglutide"),
        ("Mounjaro", "tirzepatide"),
        ("Kymriah", "tisagenlecleucel"),
        ("Yescarta", "axicabtagene ciloleucel"),
        ("Truxima", "rituximab"),
        ("Herzuma", "trastuzumab"),
        ("Amgevita", "adalimumab"),
        ("Vyepti", "eptinezumab"),
        ("Aquipta", "atogepant"),
        ("Jyseleca", "filgotinib"),
        ("Steglatro", "ertugliflozin"),
        ("Verquvo", "vericiguat"),
        ("Leqembi", "lecanemab"),
        ("Kaftrio", "elexacaftor/tezacaftor/ivacaftor"),
        ("Pluvicto", "lutetium vipivotide tetraxetan"),
    ],
)
def test_brands_lead_to_their_substance(brand: str, inn: str) -> None:
    assert [m.inn for m in find_drugs(brand, "fr")] == [inn]
    assert [m.inn for m in find_drugs(brand.lower(), "en")] == [inn]


def test_pinned_codes_of_the_supplement() -> None:
    codes = {drug.inn: drug.atc for drug in drugs()}
    assert codes["tisagenlecleucel"] == "L01XL04"
    assert codes["tislelizumab"] == "L01FF09"
    assert codes["pirtobrutinib"] == "L01EL05"
    assert codes["atogepant"] == "N02CD07"
    assert codes["idarucizumab"] == "V03AB37"
    assert codes["elexacaftor/tezacaftor/ivacaftor"] == "R07AX32"
    assert codes["deucravacitinib"] == "L04AF07"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_ordinary_words_are_no_drugs(language: str) -> None:
    taken = {word: find_drugs(word, language) for word in ORDINARY_WORDS[language].split()}
    assert {word: found for word, found in taken.items() if found} == {}


def test_the_list_of_ordinary_words_holds_no_drug() -> None:
    lists = [
        (FOLDER / file).read_text(encoding="utf-8") for file in ("not_drugs.txt", "ordinary.txt")
    ]
    words = {w for text in lists for w in text.splitlines() if w and not w.startswith("#")}
    taken = [
        word
        for word in sorted(words)
        if any(mention.kind == "drug" for mention in find_drugs(word, "fr", exact=True))
    ]
    assert taken == []
    assert is_ordinary("augmenté")


def test_rows_that_disagree_are_refused() -> None:
    with pytest.raises(ValueError, match="disagree"):
        merged(
            Drug("x", "x", "A01AA01", "drug"),
            Drug("x", "x", "A01AA02", "drug"),
        )
