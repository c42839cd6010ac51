"""Quantities of speech and writing: the value, the unit, and the exact words they came from."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from clinical.numbers import canonical, missing_quantities, quantities, same_quantity
from consultation.errors import UnsupportedLanguage

LANGUAGE = st.sampled_from(["fr", "en"])

FRENCH = """
soixante quinze microgrammes => 75 ug
soixante-quinze microgrammes => 75 ug
75 microgrammes => 75 ug
75µg => 75 ug
75 μg => 75 ug
75 mcg => 75 ug
75mg => 75 mg
cent vingt cinq milligrammes => 125 mg
cent-vingt-cinq milligrammes => 125 mg
CENT VINGT-CINQ MILLIGRAMMES => 125 mg
cinq milligrammes => 5 mg
cinq milli grammes => 5 mg
cinquante milligrammes le matin => 50 mg
dix mg => 10 mg
un gramme => 1 g
d'un gramme => 1 g
d’un gramme => 1 g
1g => 1 g
un milligramme => 1 mg
deux grammes par jour => 2 g
mille milligrammes => 1000 mg
1 000 mg => 1000 mg
1 000 mg => 1000 mg
1000 mg => 1000 mg
deux mille unités => 2000 [IU]
4000 UI => 4000 [IU]
2,5 mg => 2.5 mg
2.5 mg => 2.5 mg
deux virgule cinq milligrammes => 2.5 mg
deux virgule vingt-cinq milligrammes => 2.25 mg
zéro virgule cinq milligramme => 0.5 mg
zéro virgule zéro cinq mg => 0.05 mg
un virgule cinq gramme => 1.5 g
12 virgule 5 mg => 12.5 mg
15 mg/kg => 15 mg/kg
quinze milligrammes par kilo => 15 mg/kg
4,5 ng/mL => 4.5 ng/mL
1,2 g/L => 1.2 g/L
un gramme vingt => 1.2 g
120 mg/dl => 120 mg/dL
deux litres par minute => 2 L/min
5 millilitres => 5 mL
10 cc => 10 mL
septante => 70
nonante-cinq => 95
nonante cinq milligrammes => 95 mg
huitante-deux => 82
quatre-vingt-quinze => 95
quatre vingt quinze => 95
quatre-vingts => 80
quatre-vingt-onze => 91
soixante et onze => 71
vingt et un => 21
deux cent trente et un => 231
mille neuf cent quatre-vingt-quatre => 1984
vingt-deux mille => 22000
cent cinquante-cinq sur quatre-vingt-quinze => 155 mm[Hg]; 95 mm[Hg]
155/95 => 155 mm[Hg]; 95 mm[Hg]
155 sur 95 => 155 mm[Hg]; 95 mm[Hg]
155 / 95 mmHg => 155 mm[Hg]; 95 mm[Hg]
TA 155/95 => 155 mm[Hg]; 95 mm[Hg]
tension 14 8 => 140 mm[Hg]; 80 mm[Hg]
tension 14/8 => 140 mm[Hg]; 80 mm[Hg]
tension à 14-8 => 140 mm[Hg]; 80 mm[Hg]
tension quatorze huit => 140 mm[Hg]; 80 mm[Hg]
la tension est à quatorze huit => 140 mm[Hg]; 80 mm[Hg]
quatorze huit de tension => 140 mm[Hg]; 80 mm[Hg]
la tension, treize sur sept => 130 mm[Hg]; 70 mm[Hg]
tension à douze et demi => 125 mm[Hg]
TA 13,5/8 => 135 mm[Hg]; 80 mm[Hg]
j'avais dix-sept de tension => 170 mm[Hg]
tension cent vingt quatre-vingt => 120 mm[Hg]; 80 mm[Hg]
tension cent quarante sur quatre-vingt-dix => 140 mm[Hg]; 90 mm[Hg]
pression artérielle 142/85 => 142 mm[Hg]; 85 mm[Hg]
tension depuis dix ans => 10 a
la tension tous les 15 jours => 15 d
trente-huit cinq => 38.5 Cel
trente huit cinq => 38.5 Cel
trente-huit virgule cinq => 38.5
trente-huit degrés cinq => 38.5 Cel
trente-huit degrés => 38 Cel
38°5 => 38.5 Cel
38,5° => 38.5 Cel
38.5 °C => 38.5 Cel
38,5 degrés => 38.5 Cel
38,5 de fièvre => 38.5 Cel
39 de fièvre => 39 Cel
de la fièvre à trente-neuf => 39 Cel
température 37,8 => 37.8 Cel
fièvre à 38 5 => 38.5 Cel
température à trente-sept deux => 37.2 Cel
un demi comprimé => 0.5 {tablet}
un demi-comprimé => 0.5 {tablet}
la moitié d'un comprimé => 0.5 {tablet}
1/2 comprimé => 0.5 {tablet}
½ comprimé => 0.5 {tablet}
un quart de comprimé => 0.25 {tablet}
un comprimé et demi => 1.5 {tablet}
un et demi comprimé => 1.5 {tablet}
deux comprimés => 2 {tablet}
2 cp => 2 {tablet}
deux petits comprimés => 2 {tablet}
trois gélules => 3 {capsule}
vingt gouttes => 20 [drp]
deux bouffées => 2 {puff}
un sachet => 1 {sachet}
une demi-heure => 0.5 h
trois quarts d'heure => 0.75 h
un quart d'heure => 0.25 h
une heure et demie => 1.5 h
deux ans et demi => 2.5 a
trois semaines => 3 wk
depuis trois semaines => 3 wk
il y a dix ans => 10 a
un mois => 1 mo
1 mois => 1 mo
dans un mois => 1 mo
une semaine => 1 wk
depuis un an => 1 a
depuis un jour => 1 d
un jour je suis tombé =>
pendant cinq jours => 5 d
pendant 5 j => 5 d
quinze jours => 15 d
une dizaine de jours => 10 d
une quinzaine de jours => 15 d
une vingtaine d'années => 20 a
vingt-quatre heures => 24 h
les deux derniers jours => 2 d
deux à trois jours => 2 d; 3 d
deux trois jours => 2 d; 3 d
2-3 jours => 2 d; 3 d
2 ou 3 jours => 2 d; 3 d
deux, trois jours => 2 d; 3 d
un ou deux jours => 1 d; 2 d
de 5 à 10 mg => 5 mg; 10 mg
de 5 mg à 10 mg => 5 mg; 10 mg
entre 5 et 10 mg => 5 mg; 10 mg
cinq à dix milligrammes => 5 mg; 10 mg
INR entre 2 et 3, 500 mg matin et soir => 2; 3; 500 mg; 2 /d
deux fois par jour => 2 /d
2 fois par jour => 2 /d
2 fois/jour => 2 /d
2x/j => 2 /d
3 x par jour => 3 /d
1 g x 3/j => 1 g; 3 /d
trois prises par jour => 3 /d
une fois par jour => 1 /d
une fois par semaine => 1 /wk
deux à trois fois par jour => 2 /d; 3 /d
trois par jour => 3 /d
tous les jours => 1 /d
chaque jour => 1 /d
presque tous les matins => 1 /d
quotidiennement => 1 /d
matin et soir => 2 /d
matin, midi et soir => 3 /d
toutes les six heures => 6 h
toutes les 4 à 6 heures => 4 h; 6 h
un jour sur deux => 2 d
pas plus de deux jours par semaine => 2 d
deux fois => 2
dix cigarettes par jour => 10 {cigarette}
20 paquets-années => 20 {pack-year}
j'ai quarante-sept ans => 47 a
un patient de 47 ans => 47 a
âgée de 3 mois => 3 mo
il y a 2 à 3 mois => 2 mo; 3 mo
le 12 mars 2024 => 20240312
le premier mars => 301
le 1er mars 2024 => 20240301
le 3/4/2024 => 20240403
le 03.04.24 => 20240403
2024-04-03 => 20240403
le 3/4 => 403
en mars 2024 => 20240300
en 2019 => 20190000
depuis 1998 => 19980000
à 8h30 => 510 min
8 heures 30 => 510 min
à huit heures => 8 h
96 % => 96 %
96% => 96 %
quatre-vingt-seize pour cent => 96 %
96 pour 100 => 96 %
dix pour cent => 10 %
sept sur dix => 7 {/10}
7/10 => 7 {/10}
de huit à neuf sur dix => 8 {/10}; 9 {/10}
à neuf heures => 9 h
8-9 sur 10 => 8 {/10}; 9 {/10}
80 battements par minute => 80 /min
pouls à 72 => 72 /min
72 bpm => 72 /min
soixante-dix kilos => 70 kg
70 kilos 5 => 70.5 kg
3 kilos 250 => 3.25 kg
un mètre soixante-quinze => 1.75 m
1m75 => 1.75 m
1 m 75 => 1.75 m
cinq centimètres => 5 cm
cinq cinq centimètres => 5; 5 cm
diabète de type deux => 2
diabète de type 2 => 2
stade IV => 4
grade trois => 3
troisième cycle => 3
2ème dose => 2
deux enfants => 2
appelez le quinze =>
un chat =>
l'un et l'autre =>
quelqu'un =>
une douleur =>
un =>
quoi de neuf =>
HbA1c =>
H B A un C =>
H B A 1 C =>
T S H =>
T S H, B12 et ferritine =>
CA 15-3 =>
CA 125 =>
CA quinze trois =>
CA 15-3 à 42 => 42
Ki67 à 20 % => 20 %
Ki 67 =>
HER2 =>
HER deux =>
vitamine B douze =>
vitamine D3 =>
covid 19 =>
PD-L1 à 50 % => 50 %
5-FU =>
5FU =>
L5-S1 =>
V600E =>
quelques secondes =>
1. amlodipine 5 mg => 5 mg
"""

ENGLISH = """
seventy five micrograms => 75 ug
seventy-five micrograms => 75 ug
75 micrograms => 75 ug
75 mcg => 75 ug
75µg => 75 ug
75mg => 75 mg
ten milligrams => 10 mg
Ten Milligrams => 10 mg
10 mgs => 10 mg
five hundred milligrams => 500 mg
five hundred milligrams twice a day => 500 mg; 2 /d
one hundred milligrams => 100 mg
a hundred milligrams => 100 mg
one hundred and twenty five mg => 125 mg
hundred and fifty mg => 150 mg
one gram => 1 g
a gram => 1 g
one gram up to three times a day => 1 g; 3 /d
1 g => 1 g
1g => 1 g
two grams => 2 g
one thousand milligrams => 1000 mg
1,000 mg => 1000 mg
1000 mg => 1000 mg
two thousand five hundred units => 2500 [IU]
4000 IU => 4000 [IU]
2.5 mg => 2.5 mg
two point five milligrams => 2.5 mg
two point two five milligrams => 2.25 mg
nought point five milligrams => 0.5 mg
zero point zero five mg => 0.05 mg
point five milligrams => 0.5 mg
.5 mg => 0.5 mg
15 mg/kg => 15 mg/kg
fifteen milligrams per kilo => 15 mg/kg
4.5 ng/mL => 4.5 ng/mL
120 mg/dL => 120 mg/dL
two litres per minute => 2 L/min
two liters per minute => 2 L/min
5 millilitres => 5 mL
six point two mmol/L => 6.2 mmol/L
ninety six percent => 96 %
ninety-six per cent => 96 %
96% => 96 %
96 % => 96 %
one hundred and forty two over eighty five => 142 mm[Hg]; 85 mm[Hg]
one hundred and forty-two over eighty-five => 142 mm[Hg]; 85 mm[Hg]
142/85 => 142 mm[Hg]; 85 mm[Hg]
142 over 85 => 142 mm[Hg]; 85 mm[Hg]
140 over 85 mmHg => 140 mm[Hg]; 85 mm[Hg]
142 / 85 mm Hg => 142 mm[Hg]; 85 mm[Hg]
one forty over eighty => 140 mm[Hg]; 80 mm[Hg]
one forty two over eighty five => 142 mm[Hg]; 85 mm[Hg]
one twenty over seventy => 120 mm[Hg]; 70 mm[Hg]
one oh five over sixty => 105 mm[Hg]; 60 mm[Hg]
two ten over one ten => 210 mm[Hg]; 110 mm[Hg]
blood pressure 130 80 => 130 mm[Hg]; 80 mm[Hg]
blood pressure of 138/88 => 138 mm[Hg]; 88 mm[Hg]
thirty eight point five => 38.5
a temperature of thirty eight point five => 38.5 Cel
temperature 38.5 => 38.5 Cel
38.5 degrees => 38.5 Cel
38.5°C => 38.5 Cel
38.5 C => 38.5 Cel
temperature thirty eight five => 38.5 Cel
the fever stays above thirty nine => 39 Cel
a fever of 102 => 102 [degF]
101 degrees => 101 [degF]
99 degrees Fahrenheit => 99 [degF]
half a tablet => 0.5 {tablet}
half a tablet twice a day => 0.5 {tablet}; 2 /d
half tablet => 0.5 {tablet}
1/2 tablet => 0.5 {tablet}
a quarter of a tablet => 0.25 {tablet}
one and a half tablets => 1.5 {tablet}
a tablet and a half => 1.5 {tablet}
two tablets => 2 {tablet}
two pills => 2 {tablet}
2 capsules => 2 {capsule}
two puffs => 2 {puff}
ten drops => 10 [drp]
half an hour => 0.5 h
an hour and a half => 1.5 h
two and a half years => 2.5 a
three quarters of an hour => 0.75 h
about ten days => 10 d
ten days => 10 d
for five days => 5 d
for a week => 1 wk
in one week => 1 wk
one week => 1 wk
a week ago => 1 wk
a month ago => 1 mo
six years ago => 6 a
for twenty years => 20 a
a few weeks ago =>
a couple of days => 2 d
couple of weeks ago => 2 wk
forty eight hours => 48 h
forty-eight hours => 48 h
five more days => 5 d
the last three days => 3 d
a five-day course => 5 d
2 to 3 days => 2 d; 3 d
two or three days => 2 d; 3 d
2-3 days => 2 d; 3 d
two, three days => 2 d; 3 d
one or two days => 1 d; 2 d
5 to 10 mg => 5 mg; 10 mg
5-10 mg => 5 mg; 10 mg
between 5 and 10 mg => 5 mg; 10 mg
five to ten milligrams => 5 mg; 10 mg
every four to six hours => 4 h; 6 h
every 6 hours => 6 h
every other day => 2 d
twice a day => 2 /d
twice daily => 2 /d
two times a day => 2 /d
2 times per day => 2 /d
3x/day => 3 /d
three times daily => 3 /d
once a day => 1 /d
once a week => 1 /wk
once daily => 1 /d
once I stop =>
two to three times a day => 2 /d; 3 /d
daily => 1 /d
every day => 1 /d
every morning => 1 /d
morning and evening => 2 /d
bid => 2 /d
TID => 3 /d
I vomited twice => 2
ten cigarettes a day => 10 {cigarette}
ten a day => 10 /d
20 pack-years => 20 {pack-year}
twenty pack years => 20 {pack-year}
47 years old => 47 a
a 47-year-old man => 47 a
a three year old => 3 a
aged 47 => 47 a
in his 70s => 70
March 3rd => 303
March 3rd, 2024 => 20240303
March 3, 2024 => 20240303
3 March 2024 => 20240303
the 3rd of March => 303
the twenty third of July => 723
the third of March nineteen eighty four => 19840303
March 2024 => 20240300
I may 3 times => 3
03/04/2024 => 20240403
12/25/2023 => 20231225
2024-04-03 => 20240403
in 1984 => 19840000
nineteen eighty four => 19840000
since 2019 => 20190000
at 8 am => 8 h
at 8 pm => 20 h
8:30 => 510 min
8:30 pm => 1230 min
three o'clock => 3 h
seven out of ten => 7 {/10}
7/10 => 7 {/10}
7 out of 10 => 7 {/10}
80 beats per minute => 80 /min
heart rate of 80 => 80 /min
pulse 72 => 72 /min
72 bpm => 72 /min
seventy kilos => 70 kg
70 kg => 70 kg
150 pounds => 150 [lb_av]
five foot ten => 70 [in_i]
six feet => 6 [ft_i]
170 cm => 170 cm
five centimetres => 5 cm
type two diabetes => 2
type 2 diabetes => 2
stage IV => 4
grade three => 3
third dose => 3
3rd cycle => 3
twenty-first => 21
two cats => 2
a dozen => 12
call 911 => 911
a =>
a cough =>
this one =>
no one =>
one of them =>
one =>
a day at the beach =>
I have a cold =>
at first it was dry =>
first of all =>
HbA1c =>
H B A one C =>
T S H =>
T4 =>
CA 15-3 =>
CA 125 of 35 => 35
Ki67 of 20% => 20 %
HER2 =>
vitamin B twelve =>
vitamin D =>
B12 =>
covid 19 =>
covid nineteen =>
PD-L1 50% => 50 %
5-FU =>
L5-S1 =>
24/7 =>
nineteen => 19
ninety nine => 99
two hundred and thirty one => 231
twenty two thousand => 22000
one million units => 1000000 [IU]
"""


def rows(table: str) -> list[tuple[str, list[tuple[Decimal, str | None]]]]:
    found = []
    for line in table.strip().splitlines():
        phrase, _, expected = line.partition("=>")
        pairs = []
        for part in expected.split(";"):
            value, _, unit = part.strip().partition(" ")
            if value:
                pairs.append((Decimal(value), unit or None))
        found.append((phrase.strip(), pairs))
    return found


CASES = [("fr", *row) for row in rows(FRENCH)] + [("en", *row) for row in rows(ENGLISH)]


@pytest.mark.parametrize(("language", "phrase", "expected"), CASES)
def test_phrases(language: str, phrase: str, expected: list[tuple[Decimal, str | None]]) -> None:
    found = quantities(phrase, language)
    assert [(q.value, q.unit) for q in found] == expected
    assert all(phrase[q.start : q.end] == q.text for q in found)


def test_the_tables_are_large_enough() -> None:
    assert len(rows(FRENCH)) >= 150
    assert len(rows(ENGLISH)) >= 150


@pytest.mark.parametrize("locale", ["fr", "fr_BE", "fr_CH", "en"])
def test_integers_to_20000_are_read_back(locale: str) -> None:
    language = locale[:2]
    wrong = []
    for number in (*range(2, 2_000), *range(2_000, 20_001, 7)):
        words = num2words(number, lang=locale).replace(",", "")
        read = [q.value for q in quantities(words, language)]
        if read != [number]:
            wrong.append((number, words, read))
    assert wrong == []


@given(st.integers(0, 999), st.integers(0, 99), LANGUAGE, st.booleans())
def test_spoken_decimals(whole: int, part: int, language: str, hyphens: bool) -> None:
    """38.05 is said *trente-huit virgule zéro cinq*, *thirty-eight point zero five*."""
    value = Decimal(f"{whole}.{part:02d}")
    decimals = ("zéro " if language == "fr" else "zero ") * (part < 10)
    decimals += num2words(part, lang=language)
    point = "virgule" if language == "fr" else "point"
    words = f"{num2words(whole, lang=language)} {point} {decimals} mg"
    if not hyphens:
        words = words.replace("-", " ")
    assert [(q.value, q.unit) for q in quantities(words, language)] == [(value, "mg")]


@given(st.decimals(0, 99_999, places=2), LANGUAGE, st.sampled_from(["mg", "µg", "g", "mL"]))
def test_written_decimals(value: Decimal, language: str, unit: str) -> None:
    text = f"{value} {unit}"
    if language == "fr":
        text = text.replace(".", ",")
    (found,) = quantities(text, language)
    assert (found.value, found.text) == (value, text)


@given(st.text(), LANGUAGE)
def test_any_text_is_read_without_error(text: str, language: str) -> None:
    last = 0
    for found in quantities(text, language):
        assert text[found.start : found.end] == found.text
        assert found.start >= last
        last = found.end


JUMBLE = """
un une deux vingt quatre cent mille et demi demie sur à virgule - , . / % 38 5 mg fois par jour
tension fièvre le mars 12 pour ans a an half one two hundred and over point of times day once
thousand twenty third every week couple stage IV ½ 1/2 8h30 12/3/2024 ° degrés de la h x
"""
VOCABULARY = st.sampled_from([*JUMBLE.split(), "\n"])


@settings(max_examples=300)
@given(st.lists(VOCABULARY, max_size=14), LANGUAGE)
def test_any_jumble_of_number_words_is_read_without_error(words: list[str], language: str) -> None:
    text = " ".join(words)
    found = quantities(text, language)
    assert [text[q.start : q.end] for q in found] == [q.text for q in found]
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert missing_quantities(text, text, language) == ()


def test_verbatim_is_kept_beside_the_value() -> None:
    text = "Je prends de la lévothyroxine, soixante-quinze microgrammes, le matin."
    (found,) = quantities(text, "fr")
    assert (found.value, found.unit, found.kind) == (75, "ug", "dose")
    assert found.text == "soixante-quinze microgrammes"


def test_both_halves_of_a_pressure_are_kept() -> None:
    found = quantities("tension quatorze huit", "fr")
    assert [(q.value, q.part, q.text, q.kind) for q in found] == [
        (140, "systolic", "quatorze", "blood_pressure"),
        (80, "diastolic", "huit", "blood_pressure"),
    ]


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("75 mg", "fr", "dose"),
        ("38,5 °C", "fr", "temperature"),
        ("trois semaines", "fr", "duration"),
        ("j'ai 47 ans", "fr", "age"),
        ("96 %", "fr", "percentage"),
        ("deux fois par jour", "fr", "frequency"),
        ("deux comprimés", "fr", "count"),
        ("80 par minute", "fr", "rate"),
        ("70 kg", "en", "weight"),
        ("170 cm", "en", "length"),
        ("7/10", "en", "score"),
        ("third", "en", "ordinal"),
        ("2 cats", "en", "bare"),
        ("6.2 mmol/L", "en", "measure"),
        ("8:30", "en", "time"),
        ("March 3rd", "en", "date"),
    ],
)
def test_kinds(text: str, language: str, kind: str) -> None:
    assert [q.kind for q in quantities(text, language)] == [kind]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("75 µg", "0,075 mg", True),
        ("1 g", "1000 mg", True),
        ("1 g", "1 mg", False),
        ("75 µg", "75 mg", False),
        ("2 semaines", "14 jours", True),
        ("48 heures", "2 jours", True),
        ("18 mois", "un an et demi", True),
        ("1 mois", "30 jours", False),
        ("1,75 m", "175 cm", True),
        ("0,5 L", "500 mL", True),
        ("2 gélules", "2 comprimés", True),
        ("2 gouttes", "2 comprimés", False),
        ("5 mg", "5", True),
        ("12 mars 2024", "12/03/2024", True),
        ("12 mars", "12/03/2024", True),
        ("13 mars", "12/03/2024", False),
        ("en 2024", "12/03/2024", True),
        ("15 mg/kg", "15 mg", False),
    ],
)
def test_equality_of_quantities(a: str, b: str, same: bool) -> None:
    (x,), (y,) = quantities(a, "fr"), quantities(b, "fr")
    assert same_quantity(x, y) is same
    assert same_quantity(y, x) is same


@given(st.decimals(0, 10_000, places=3))
def test_canonical_units(value: Decimal) -> None:
    (micro,), (milli,) = quantities(f"{value} µg", "en"), quantities(f"{value / 1000} mg", "en")
    assert canonical(micro) == canonical(milli)


@pytest.mark.parametrize(
    ("language", "statement", "evidence", "missing"),
    [
        # must never happen 1: a dose changed
        ("fr", "Lévothyroxine 75 µg.", "lévothyroxine, soixante-quinze microgrammes", []),
        ("fr", "Lévothyroxine 75 mg.", "lévothyroxine, soixante-quinze microgrammes", ["75 mg"]),
        ("fr", "Lévothyroxine 15 µg.", "lévothyroxine, soixante quinze microgrammes", ["15 µg"]),
        ("fr", "Lévothyroxine 0,075 mg.", "soixante quinze microgrammes", []),
        ("fr", "5 mg", "cent vingt cinq milligrammes", ["5 mg"]),
        ("fr", "25 mg", "cent vingt cinq milligrammes", ["25 mg"]),
        ("en", "BP 142/85", "one hundred and forty two over eighty five", []),
        ("en", "BP 142/95", "one hundred and forty two over eighty five", ["95"]),
        ("en", "BP 142/85", "142 over 85", []),
        ("fr", "TA 155/95", "Cent cinquante-cinq sur quatre-vingt-quinze, c'est élevé", []),
        ("fr", "TA 95/155", "Cent cinquante-cinq sur quatre-vingt-quinze", ["95/155"]),
        ("fr", "TA 140/80", "tension quatorze huit", []),
        ("fr", "TA 14/8", "La tension, 140 sur 80", []),
        ("fr", "TA 140/80", "Quatorze huit", []),
        ("fr", "TA 150/80", "tension quatorze huit", ["150"]),
        ("fr", "Revoir dans 1 mois", "Revenez dans un mois", []),
        ("fr", "Revoir dans 2 mois", "Revenez dans un mois", ["2 mois"]),
        ("fr", "Revoir dans un mois", "Revenez me voir", ["un mois"]),
        ("fr", "Doliprane 1 g, 2 à 3 par jour", "Deux ou trois comprimés d'un gramme", []),
        ("fr", "Température 38,5 °C", "j'ai eu trente-huit cinq", []),
        ("fr", "Température 39,5 °C", "j'ai eu trente-huit cinq", ["39,5 °C"]),
        ("en", "Fever 38.5", "a temperature of thirty eight point five", []),
        (
            "en",
            "doxycycline 100 mg for 5 days",
            "one hundred milligrams twice a day for five days",
            [],
        ),
        (
            "en",
            "doxycycline 100 mg for 7 days",
            "one hundred milligrams twice a day for five days",
            ["7 days"],
        ),
        (
            "en",
            "doxycycline 100 mg daily",
            "one hundred milligrams twice a day for five days",
            ["daily"],
        ),
        ("en", "lisinopril 10 mg daily", "lisinopril, ten milligrams in the morning", []),
        ("en", "metformin 500 mg twice daily", "five hundred milligrams twice a day", []),
        (
            "en",
            "metformin 500 mg three times daily",
            "five hundred milligrams twice a day",
            ["three times daily"],
        ),
        ("en", "HbA1c and chest x-ray", "your H B A one C", []),
        ("en", "Cough for 10 days", "a cough for about ten days", []),
        ("en", "Cough for 10 weeks", "a cough for about ten days", ["10 weeks"]),
        ("en", "SpO2 96%", "Your oxygen is ninety six percent", []),
        ("en", "SpO2 96", "Your oxygen is ninety six percent", []),
        ("fr", "Un comprimé le matin", "deux comprimés le matin", ["Un comprimé"]),
        ("fr", "Un comprimé le matin", "je prends du Kardégic", []),
        ("fr", "1 comprimé", "j'ai pris un doliprane", []),
        ("fr", "Depuis 2 semaines", "depuis quinze jours", []),
        ("fr", "Depuis 3 semaines", "depuis quinze jours", ["3 semaines"]),
        ("fr", "Diabète de type 2", "j'ai du diabète", ["2"]),
        ("fr", "Douleur 7/10", "je dirais sept", []),
        ("en", "Stopped smoking in 2018", "I stopped in twenty eighteen", []),
        ("fr", "Aucune fièvre", "trente-huit cinq", []),
    ],
)
def test_missing(language: str, statement: str, evidence: str, missing: list[str]) -> None:
    texts = [q.text for q in missing_quantities(statement, evidence, language)]
    joined = [re.sub(r"\W", "", text) for text in texts]
    assert "".join(joined) == "".join(re.sub(r"\W", "", text) for text in missing)


def test_numbers_of_two_turns_do_not_join() -> None:
    assert [q.value for q in quantities("J'en prends vingt\ndeux fois", "fr")] == [20, 2]


def test_other_languages_are_refused() -> None:
    with pytest.raises(UnsupportedLanguage):
        quantities("diez", "es")
