"""Drafts → statements: each is grounded and verified, mended or refused, and filed."""

from __future__ import annotations

from collections.abc import Sequence

from clinical.polarity import findings
from consultation.summary import (
    Check,
    Experiencer,
    Polarity,
    Section,
    SectionState,
    Statement,
    Unsupported,
    Verdict,
)
from consultation.topics import Topic
from prompts.library import SectionTemplate, Template
from summarize import exchanges
from summarize.asking import Draft
from summarize.grounding import Grounder
from summarize.grounds import Grounds
from summarize.repair import repair
from summarize.rules import permitted, speaks_of_family
from summarize.units import Unit, quote
from summarize.verify import Claim, failed, verify, warn
from summarize.wording import loses, verbatim


class Writer:
    """Collects what stands up to verification, section by section."""

    def __init__(self, found: Sequence[Unit], template: Template) -> None:
        self.template = template
        self.language = template.language
        self.grounder = Grounder(found, self.language)
        self.statements: dict[str, list[Statement]] = {s.key: [] for s in template.sections}
        self.problems: dict[str, str] = {}
        self.unsupported: list[Unsupported] = []

    def add(self, section: SectionTemplate, topics: Sequence[Topic], draft: Draft) -> None:
        """Ground, verify; into the note, or among the unsupported with the reason."""
        grounds = self.grounder.ground(
            draft.text,
            hints=draft.hints,
            allowed=lambda unit: permitted(topics, unit, self.language),
        )
        claim = Claim(draft.text, grounds, topics, self.language)
        checks = verify(claim)
        fault = failed(checks)
        mended = repair(claim, fault, self.grounder) if fault else None
        if fault is None:
            self._keep(section, draft.text, grounds, checks)
        elif mended is not None:
            self._keep(section, mended.text, mended.grounds, mended.checks, original=draft.text)
        else:
            self._refuse(section, draft.text, checks, fault)

    def file(self, filed: exchanges.Filed) -> None:
        """Into the section of its topic; a template without one leaves the sentence out."""
        sections_ = reversed(self.template.sections)
        section = next((s for s in sections_ if filed.topic in s.topics), None)
        if section is not None:
            self.add_exchange(section, filed)

    def add_exchange(self, section: SectionTemplate, filed: exchanges.Filed) -> None:
        """The model's wording if it stands; else the sentence as it was said."""
        why = filed.problem or ""
        if filed.text:
            grounds, checks = self._compare(filed)
            fault = failed(checks)
            lost = loses(filed.text, filed.unit, self.grounder)
            if fault is None and not lost:
                self._keep(section, filed.text, grounds, checks)
                return
            if fault is not None:
                self._refuse(section, filed.text, checks, fault)
            why = f"{fault.rule}: {fault.detail}" if fault else "left out: " + ", ".join(lost)
        note = Check(rule="verbatim", verdict=Verdict.not_applicable, detail=why)
        said = Grounds((filed.unit,), 1.0, ())
        text = verbatim(filed.unit, self.language)
        # What was said needs no proof, but may have been misheard.
        odd = warn(Claim(text, said, (filed.topic,), self.language))
        self._keep(section, text, said, (note, *odd))

    def _compare(self, filed: exchanges.Filed) -> tuple[Grounds, tuple[Check, ...]]:
        grounds = self.grounder.against(filed.text, filed.unit)
        return grounds, verify(Claim(filed.text, grounds, (filed.topic,), self.language))

    def _keep(
        self,
        section: SectionTemplate,
        text: str,
        grounds: Grounds,
        checks: tuple[Check, ...],
        original: str | None = None,
    ) -> None:
        kept = self.statements[section.key]
        if any(self._same(text, other.text) for other in kept):
            return
        polarity, experiencer = meaning(text, self.language)
        kept.append(
            Statement(
                id=f"{section.key}.{len(kept) + 1}",
                text=text,
                original=original,
                evidence=quote(grounds.shown),
                support=grounds.support,
                polarity=polarity,
                experiencer=experiencer,
                checks=checks,
            )
        )

    def _refuse(
        self, section: SectionTemplate, text: str, checks: tuple[Check, ...], fault: Check
    ) -> None:
        if not any(u.section == section.key and u.text == text for u in self.unsupported):
            self.unsupported.append(
                Unsupported(
                    section=section.key,
                    text=text,
                    reason=fault.rule,
                    detail=fault.detail,
                    checks=checks,
                )
            )

    def _same(self, one: str, other: str) -> bool:
        return self.grounder.meaning(one) == self.grounder.meaning(other)

    def section(self, section: SectionTemplate) -> Section:
        statements = tuple(self.statements[section.key])
        problem = self.problems.get(section.key)
        state = SectionState.documented
        if not statements:
            state = SectionState.failed if problem else SectionState.not_discussed
        return Section(
            key=section.key,
            heading=section.heading,
            loinc=section.loinc,
            state=state,
            placeholder=(
                self.template.not_discussed
                if state is SectionState.not_discussed and section.required
                else None
            ),
            problem=problem,
            statements=statements,
        )


def meaning(text: str, language: str) -> tuple[Polarity, Experiencer]:
    """Of a whole statement: denied if all that it names is denied, uncertain if any of it is."""
    named = findings(text, language)
    polarities = {finding.polarity.value for finding in named}
    if "uncertain" in polarities:
        polarity = Polarity.uncertain
    elif polarities == {"denied"}:
        polarity = Polarity.denied
    else:
        polarity = Polarity.affirmed
    about = {finding.experiencer.value for finding in named}
    family = about == {"family"} or (not named and speaks_of_family(text))
    return polarity, Experiencer.family if family else Experiencer.patient
