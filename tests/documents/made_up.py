"""Notes that no consultation gave: every state, every kind of row, and hostile text everywhere."""

from __future__ import annotations

from hypothesis import strategies as st

from consultation.evidence import Evidence
from consultation.provenance import Quality, provenance
from consultation.signoff import NoteState, NoteVersion
from consultation.summary import Experiencer, Polarity, Section, SectionState, Statement, Summary
from consultation.tables import (
    Amount,
    Measurement,
    MeasurementKind,
    Treatment,
    TreatmentStatus,
)
from consultation.transcript import Role, Transcript
from tests.documents import draft, signed
from tests.unit.talk import transcript

TALK = transcript("D: Avez-vous mal ?", "P: Oui, depuis trois jours, je prends deux comprimés.")
HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "]]><!-- -->&lt;",
    "a|b^c~d\\e&f",
    "line\rMSH|^~\\&|x",
    "\x00\x0b\x1b[31m",
    "\u202e75 gm\u202c",
    "\ufffe",
    "{\\rtf1}",
    "=cmd|' /C calc'!A0",
    "œ ≥ µ ° ½ é 漢 😀",
)
_TEXT = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40),
    st.sampled_from(("Pas d'allergie connue.", "No known allergies.", "NKDA", "Opéré du genou.")),
    st.sampled_from(("Prise de sang.", "Appendicectomie en 1990.", "Migraine.", "Chest x-ray.")),
)
_EVIDENCE = st.sampled_from(
    tuple(
        Evidence(
            source="transcript",
            anchor=segment.id,
            quote=segment.text[:9],
            quote_start=0,
            quote_end=9,
            start=segment.start,
            end=segment.end,
            speaker=segment.speaker,
            role=TALK.role(segment),
        )
        for segment in TALK.segments
    )
).map(lambda one: (one,))
_UNIT = st.sampled_from((None, "mg", "ug", "{tablet}", "[IU]", "mL", "g", "{puff}"))
_VALUE = st.floats(0.01, 5000).map(lambda value: round(value, 2))


def _amounts(units: st.SearchStrategy[str | None]) -> st.SearchStrategy[Amount | None]:
    said = st.sampled_from(("deux comprimés", "trois jours", "deux"))
    high = st.one_of(st.none(), _VALUE)
    return st.one_of(st.none(), st.builds(Amount, value=_VALUE, high=high, unit=units, text=said))


_TIMES = st.sampled_from((None, "/d", "/wk", "/mo", "h", "d", "{meal}"))
_SPANS = st.sampled_from((None, "d", "wk", "mo", "a", "h", "min", "{treatment}"))
_TREATMENTS = st.builds(
    Treatment,
    id=st.just("t"),
    drug=_TEXT,
    inn=_TEXT,
    atc=st.one_of(st.none(), st.just("N02BE01")),
    status=st.sampled_from(TreatmentStatus),
    dose=_amounts(_UNIT),
    count=_amounts(_UNIT),
    frequency=_amounts(_TIMES),
    duration=_amounts(_SPANS),
    route=st.sampled_from((None, "oral")),
    indication=st.one_of(st.none(), _TEXT),
    reaction=st.one_of(st.none(), _TEXT),
    certainty=st.sampled_from((None, "allergy", "intolerance")),
    spelling=st.sampled_from((1.0, 0.9)),
    evidence=_EVIDENCE,
)
_MEASUREMENTS = st.builds(
    Measurement,
    id=st.just("m"),
    kind=st.sampled_from(MeasurementKind),
    name=_TEXT,
    loinc=st.one_of(st.none(), st.just("8867-4")),
    value=st.one_of(st.none(), _VALUE),
    high=st.one_of(st.none(), _VALUE),
    diastolic=st.one_of(st.none(), _VALUE),
    unit=st.sampled_from((None, "mm[Hg]", "Cel", "/min", "{/10}", "kg/m2", "{drink}/d", "%")),
    text=_TEXT,
    grade=st.one_of(st.none(), st.just("B")),
    said_by=st.sampled_from(Role),
    plausible=st.booleans(),
    evidence=_EVIDENCE,
)
_STATEMENTS = st.builds(
    Statement,
    id=st.just("s"),
    text=_TEXT,
    evidence=_EVIDENCE,
    support=st.just(1.0),
    polarity=st.sampled_from(Polarity),
    experiencer=st.sampled_from(Experiencer),
)
_CODES = ("42349-1", "11348-0", "48765-2", "10160-0", "51848-0", "18776-5", "61150-9", None)


@st.composite
def notes(draw: st.DrawFn) -> Summary:
    sections = []
    for k, code in enumerate(draw(st.lists(st.sampled_from(_CODES), min_size=1, max_size=6))):
        made = draw(st.lists(_STATEMENTS, max_size=3))
        state = SectionState.documented if made else draw(st.sampled_from(SectionState))
        sections.append(
            Section(
                key=f"k{k}",
                heading=draw(_TEXT),
                loinc=code,
                state=state,
                placeholder=draw(st.sampled_from((None, "non évoqué"))),
                statements=tuple(
                    one.model_copy(update={"id": f"k{k}.{n}"}) for n, one in enumerate(made)
                ),
            )
        )
    language = draw(st.sampled_from(("fr", "en")))
    drugs = draw(st.lists(_TREATMENTS, max_size=3))
    values = draw(st.lists(_MEASUREMENTS, max_size=3))
    return Summary(
        template=draw(st.sampled_from(("soap", "compte-rendu", "of-a-hospital"))),
        language=language,
        title=draw(_TEXT),
        sections=tuple(sections),
        treatments=tuple(r.model_copy(update={"id": f"t{n}"}) for n, r in enumerate(drugs)),
        measurements=tuple(r.model_copy(update={"id": f"m{n}"}) for n, r in enumerate(values)),
        transcript_sha256=TALK.sha256(),
        provenance=provenance(
            language=language,
            quality=Quality.draft,
            settings_sha256="0" * 64,
            input_sha256="0" * 64,
            models=(),
        ),
    )


@st.composite
def versions(draw: st.DrawFn) -> NoteVersion:
    note = draw(notes())
    state = draw(st.sampled_from(NoteState))
    if state in (NoteState.signed, NoteState.amended):
        return signed(note, state)
    return draft(note)


def made_up_transcript() -> Transcript:
    return TALK
