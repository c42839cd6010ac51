"""What notes by rules hold of our ten consultations, whose right notes are known."""

from __future__ import annotations

import pytest

from consultation.settings import Settings
from evaluation.gate_figures import note_figures
from evaluation.pairs import read_pairs
from evaluation.samples import sample_pairs
from summarize.by_rules import NoModel
from summarize.consultation import summarize
from tests.gates import Gate

RULES = Settings(summary_strategy="rules")


@pytest.mark.gate
def test_notes_by_rules_hold_as_many_facts_as_before(gate: Gate) -> None:
    notes = [
        (
            f"by rules {pair.language}",
            pair.language,
            summarize(pair.transcript, NoModel(), RULES),
            "\n".join(noted.text for noted in pair.note),
        )
        for pair in read_pairs(sample_pairs())
    ]
    assert len(notes) == 10
    gate("facts", note_figures(notes))
