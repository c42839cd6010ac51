"""The measures of reading trials, on made-up lines in the shape of the corpora."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from evaluation.trial_statements import decide
from evaluation.trials import measure, spans

LINES = [
    "Inclusion Criteria:", "ECOG performance status 0-1", "HER2-positive breast cancer",
    "Exclusion Criteria:", "Brain metastases", "LVEF < 50%",
]  # fmt: skip


def test_spans_found_missed_and_wrong() -> None:
    text = "1:4:clinical_variable,7:22:upper_bound\tecog ≤ @NUMBER or less\n1:7:cancer\tunknown\n"
    found = {one.type: one for one in spans(text)}
    assert found["clinical_variable"].f1 == 1
    assert found["upper_bound"].found == 1
    assert (found["cancer"].found, found["cancer"].missed) == (0, 1)


def test_statements_are_decided_where_both_sides_are_structure() -> None:
    cases = {
        "ECOG 0-1 is required to enter the trial": ("Entailment", {1}),
        "ECOG 3 patients only can enter": ("Contradiction", {1}),
        "Patients with brain metastases are excluded": ("Entailment", {4}),
        "Patients must have brain metastases": ("Contradiction", {4}),
        "Patients must be HER2-negative": ("Contradiction", {2}),
        "The weather must be fine": (None, set()),
    }
    for statement, (label, lines) in cases.items():
        answer = decide(statement, LINES)
        assert (answer.label, set(answer.lines)) == (label, lines), statement


def test_without_its_lines_no_statement_is_decided() -> None:
    for statement in ("ECOG 0-1 is required", "Patients must be HER2-negative"):
        answer = decide(statement, LINES)
        assert answer.label is not None
        left = ["" if n in answer.lines else line for n, line in enumerate(LINES)]
        assert decide(statement, left).label is None


def test_a_folder_of_each_kind(tmp_path: Path) -> None:
    assert not measure(tmp_path).statements
    trial = {"Clinical Trial ID": "T1", "Eligibility": LINES, "Results": []}
    with gzip.open(tmp_path / "trials.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(trial) + "\n")
    one = {
        "Type": "Single", "Section_id": "Eligibility", "Primary_id": "T1", "Label": "Entailment",
        "Statement": "ECOG 0-1 is required", "Primary_evidence_index": [1],
    }  # fmt: skip
    other = one | {"Section_id": "Results", "Statement": "ECOG 0-1 is required"}
    (tmp_path / "dev.json").write_text(json.dumps({"a": one, "b": other}), "utf-8")
    report = measure(tmp_path)
    assert [(s.section, s.decided, s.right) for s in report.statements] == [
        ("Eligibility", 1, 1), ("Results", 0, 0),
    ]  # fmt: skip
    assert (report.evidence_found, report.evidence_missed, report.evidence_wrong) == (1, 0, 0)
    assert report.decided_without_cited == 0
