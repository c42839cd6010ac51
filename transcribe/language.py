"""Which language is spoken, and whether it is one of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from consultation.errors import UnsupportedLanguage

SUPPORTED = ("fr", "en")
_CLEAR = 0.5
"""Mean probability of another language from which it is refused."""

_NAME_LIST = """
af=Afrikaans am=Amharic ar=Arabic as=Assamese az=Azerbaijani ba=Bashkir be=Belarusian
bg=Bulgarian bn=Bengali bo=Tibetan br=Breton bs=Bosnian ca=Catalan cs=Czech cy=Welsh da=Danish
de=German el=Greek en=English es=Spanish et=Estonian eu=Basque fa=Persian fi=Finnish fo=Faroese
fr=French gl=Galician gu=Gujarati ha=Hausa haw=Hawaiian he=Hebrew hi=Hindi hr=Croatian
ht=Haitian hu=Hungarian hy=Armenian id=Indonesian is=Icelandic it=Italian ja=Japanese
jw=Javanese ka=Georgian kk=Kazakh km=Khmer kn=Kannada ko=Korean la=Latin lb=Luxembourgish
ln=Lingala lo=Lao lt=Lithuanian lv=Latvian mg=Malagasy mi=Maori mk=Macedonian ml=Malayalam
mn=Mongolian mr=Marathi ms=Malay mt=Maltese my=Burmese ne=Nepali nl=Dutch nn=Nynorsk
no=Norwegian oc=Occitan pa=Punjabi pl=Polish ps=Pashto pt=Portuguese ro=Romanian ru=Russian
sa=Sanskrit sd=Sindhi si=Sinhala sk=Slovak sl=Slovenian sn=Shona so=Somali sq=Albanian
sr=Serbian su=Sundanese sv=Swedish sw=Swahili ta=Tamil te=Telugu tg=Tajik th=Thai tk=Turkmen
tl=Tagalog tr=Turkish tt=Tatar uk=Ukrainian ur=Urdu uz=Uzbek vi=Vietnamese yi=Yiddish yo=Yoruba
yue=Cantonese zh=Chinese
"""
_NAMES = dict(pair.split("=") for pair in _NAME_LIST.split())


def name(code: str) -> str:
    """In English; the code itself if it is not one of Whisper's."""
    return _NAMES.get(code, code)


def check(code: str) -> str:
    """The code, if it is supported. Raises UnsupportedLanguage."""
    if code not in SUPPORTED:
        raise UnsupportedLanguage(f"{name(code)} ({code}) is not supported.")
    return code


def decide(windows: Sequence[Mapping[str, float]]) -> tuple[str, float]:
    """The language of a recording, and its mean probability.

    French or English, whichever is likelier over all windows: on noisy speech Whisper scatters
    some probability over other languages, and only a clear winner among those is believed.

    Args:
        windows: language code → probability, for each window; at least one.

    Raises:
        UnsupportedLanguage.
    """
    codes = {code for window in windows for code in window}
    mean = {c: sum(window.get(c, 0.0) for window in windows) / len(windows) for c in codes}
    ours = max(SUPPORTED, key=lambda code: mean.get(code, 0.0))
    other = max(codes - set(SUPPORTED), key=lambda code: mean[code], default=None)
    if other is not None and mean[other] >= _CLEAR and mean[other] > mean.get(ours, 0.0):
        check(other)
    return ours, min(1.0, mean.get(ours, 0.0))
