"""Each measure against a value worked out by hand."""

from __future__ import annotations

import pytest

from consultation.errors import EngineMissing
from consultation.transcript import Role
from evaluation.attribution import RoleCounts, pooled_roles, role_counts, spoken_errors
from evaluation.der import diarization_errors, pooled_time
from evaluation.drugs import drug_counts, number_counts, pooled_found
from evaluation.libraries import library
from evaluation.notes import note_counts, pooled_notes
from evaluation.reference import ReferenceTurn
from evaluation.wer import character_errors, pooled, word_errors
from tests.unit.evaluation_cases import statement, summary, transcript


def turn(speaker: str, start: float, end: float, text: str | None = None) -> ReferenceTurn:
    return ReferenceTurn(speaker=speaker, start=start, end=end, text=text)


# Words.


def test_word_errors_are_counted_by_kind() -> None:
    found = word_errors("I take ten mg daily", "I took ten mg every daily dose", "en")
    assert (found.reference, found.substitutions, found.insertions, found.deletions) == (5, 1, 2, 0)
    assert found.rate == pytest.approx(3 / 5)


def test_spelling_out_a_number_is_no_error() -> None:
    found = word_errors("soixante-quinze microgrammes", "75 µg", "fr")
    assert found.rate == 0


def test_everything_lost() -> None:
    found = word_errors("one two three", "", "en")
    assert (found.deletions, found.rate) == (3, 1.0)


def test_nothing_said_has_no_rate_and_keeps_its_insertions() -> None:
    found = word_errors("…", "thank you", "en")
    assert (found.reference, found.insertions, found.rate) == (0, 2, None)
    assert pooled([found, word_errors("yes", "yes", "en")]).rate == 2  # type: ignore[union-attr]


def test_character_errors() -> None:
    found = character_errors("fatigue", "fatigué", "fr")
    assert (found.reference, found.substitutions) == (7, 1)
    assert character_errors("", "ab", "fr").insertions == 2


def test_pooling_weighs_by_length() -> None:
    both = pooled([word_errors("a b c d e f g h i", "a b c d e f g h i", "en"), None])
    more = pooled([both, word_errors("x", "y", "en")])
    assert more is not None
    assert more.rate == pytest.approx(1 / 10)
    assert pooled([None]) is None


# Speakers.


def test_a_late_change_of_speaker() -> None:
    found = diarization_errors(
        [turn("A", 0, 10), turn("B", 10, 20)], [turn("S1", 0, 11), turn("S2", 11, 20)], 20
    )
    assert found.strict.confusion == pytest.approx(1)
    assert found.strict.rate == pytest.approx(1 / 20)
    # 0.25 s on each side of 0, 10 and 20 are left out: 1 s of speech, 0.25 s of the error.
    assert found.collar.speech == pytest.approx(19)
    assert found.collar.rate == pytest.approx(0.75 / 19)
    # A: 1 of 11 s in the union is not shared; B: 1 of 10.
    assert found.jaccard == pytest.approx((1 / 11 + 1 / 10) / 2)
    assert found.speaker_count_error == 0


def test_overlap_that_is_missed_counts() -> None:
    found = diarization_errors([turn("A", 0, 10), turn("B", 8, 10)], [turn("S1", 0, 10)], 10)
    assert found.strict.missed == pytest.approx(2)
    assert found.strict.rate == pytest.approx(2 / 12)
    assert found.speaker_count_error == -1


def test_speech_outside_the_reference_is_a_false_alarm() -> None:
    found = diarization_errors([turn("A", 0, 4)], [turn("S1", 0, 4), turn("S2", 6, 7)], 10)
    assert found.strict.false_alarm == pytest.approx(1)
    assert found.speaker_count_error == 1
    silent = diarization_errors([], [turn("S1", 0, 4)], 10)
    assert (silent.strict.rate, silent.jaccard) == (None, None)
    assert silent.strict.false_alarm == pytest.approx(4)


def test_pooled_time() -> None:
    one = diarization_errors([turn("A", 0, 10)], [turn("S1", 0, 5)], 10).strict
    other = diarization_errors([turn("A", 0, 30)], [turn("S1", 0, 30)], 30).strict
    together = pooled_time([one, other])
    assert together is not None
    assert together.rate == pytest.approx(5 / 40)
    assert pooled_time([]) is None


# Words and speakers.

DIALOGUE = (turn("D", 0, 3, "where is the pain"), turn("P", 4, 6, "in my head"))


def test_the_right_words_of_the_right_speakers() -> None:
    found = spoken_errors(
        DIALOGUE,
        transcript(("S2", "Where is the pain?", 0, 3), ("S1", "In my head.", 4, 6)),
        "en",
    )
    assert found.cp.rate == 0
    assert found.tcp is not None
    assert found.tcp.rate == 0
    assert (found.aligned_words, found.wder) == (7, 0)


def test_a_word_of_the_wrong_speaker_is_two_errors_and_one_misattribution() -> None:
    found = spoken_errors(
        DIALOGUE,
        transcript(("S1", "Where is the pain? In", 0, 4.5), ("S2", "my head.", 4.6, 6)),
        "en",
    )
    assert (found.cp.insertions, found.cp.deletions) == (1, 1)
    assert found.cp.rate == pytest.approx(2 / 7)
    assert found.wder == pytest.approx(1 / 7)


def test_the_right_words_at_the_wrong_time_are_errors_of_tcp_alone() -> None:
    found = spoken_errors(
        (turn("D", 0, 2, "yes"), turn("D", 60, 62, "no")),
        transcript(("S1", "no", 0, 2), ("S1", "no", 60, 62)),
        "en",
    )
    assert found.cp.substitutions == 1
    moved = spoken_errors((turn("D", 0, 2, "yes"),), transcript(("S1", "yes", 60, 62)), "en")
    assert moved.cp.rate == 0
    assert moved.tcp is not None
    assert moved.tcp.rate == 2  # one deleted, one inserted


def test_without_times_there_is_no_tcp() -> None:
    said = (ReferenceTurn(speaker="left", text="hello"), ReferenceTurn(speaker="right", text="bye"))
    found = spoken_errors(said, transcript(("S1", "hello", 0, 1), ("S2", "bye", 1, 2)), "en")
    assert found.tcp is None
    assert found.cp.rate == 0


def test_an_empty_transcript_loses_all() -> None:
    found = spoken_errors(DIALOGUE, transcript(), "en")
    assert (found.cp.deletions, found.cp.rate) == (7, 1.0)
    assert (found.aligned_words, found.wder) == (0, None)


def test_roles_turn_by_turn() -> None:
    reference = (
        turn("D", 0, 2),
        turn("P", 2, 4),
        turn("P", 4, 6),
        turn("X", 6, 7),
        turn("D", 8, 9),
    )
    heard = transcript(
        ("S1", "one two", 0, 2),
        ("S1", "three", 2, 3),
        ("S2", "four", 3.5, 4),
        ("S3", "five", 4, 6),
        roles={"S1": Role.clinician, "S2": Role.patient},
    )
    roles = {"D": Role.clinician, "P": Role.patient}
    found = role_counts(reference, roles, heard)
    # D: right. P: mostly S1, then a voice without a role. X: no role. D: nothing heard.
    assert found == RoleCounts(right=1, wrong=1, abstained=1, unheard=1)
    assert found.accuracy == 0.5
    assert pooled_roles([found, found]) == RoleCounts(right=2, wrong=2, abstained=2, unheard=2)
    assert RoleCounts(right=0, wrong=0, abstained=3, unheard=0).accuracy is None


# Drugs and numbers.


def test_drugs_by_spelling_and_by_sound() -> None:
    found = drug_counts(
        "Du doliprane et du kardégic.", "Du doliprane, du kardéjic et de l'amlodipine.", "fr"
    )
    assert (found.exact.said, found.exact.heard, found.exact.both) == (2, 2, 1)
    assert (found.by_sound.said, found.by_sound.heard, found.by_sound.both) == (2, 3, 2)


def test_each_mention_counts() -> None:
    found = drug_counts("ibuprofen then ibuprofen", "ibuprofen", "en").exact
    assert (found.said, found.heard, found.both) == (2, 1, 1)
    assert (found.recall, found.precision) == (0.5, 1.0)


def test_numbers_with_their_units() -> None:
    found = number_counts("ten milligrams for five days", "10 mg for nine days", "en")
    assert (found.said, found.heard, found.both) == (2, 2, 1)
    assert number_counts("75 µg", "0.075 mg", "en").recall == 1
    assert number_counts("75 µg", "75 mg", "en").recall == 0


def test_an_identical_number_is_matched_before_a_bare_one() -> None:
    found = number_counts("5 and then 5 mg", "5 mg and then 5", "en")
    assert found.both == 2


def test_pooled_found() -> None:
    one = number_counts("5 mg", "5 mg", "en")
    other = number_counts("5 mg", "", "en")
    together = pooled_found([one, other])
    assert together is not None
    assert (together.recall, together.precision) == (0.5, 1.0)
    assert pooled_found([]) is None
    assert other.precision is None


# Notes.


def test_notes() -> None:
    found = note_counts(
        summary(
            [
                statement(1, "Cough for ten days", "I have had a cough, for ten days."),
                statement(2, "No fever", "Any fever? No."),
            ],
            refused=["numbers", "no_evidence", "numbers"],
        )
    )
    assert (found.kept, found.verbatim, found.share_verbatim) == (2, 1, 0.5)
    assert found.unsupported == {"no_evidence": 1, "numbers": 2}
    assert found.share_refused == pytest.approx(3 / 5)
    assert (found.documented, found.not_discussed, found.failed) == (1, 1, 1)
    together = pooled_notes([found, note_counts(summary([], ["numbers"]))])
    assert together is not None
    assert together.unsupported == {"no_evidence": 1, "numbers": 3}
    assert pooled_notes([]) is None


def test_a_missing_library_names_the_extra() -> None:
    with pytest.raises(EngineMissing) as error:
        library("a_library_that_is_nowhere")
    assert "anamnese[evaluation]" in error.value.hint
