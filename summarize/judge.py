"""A second look at each kept statement by the language model: does its evidence say so?

Off by default (``ANAMNESE_JUDGE=true``). It sees one statement and the quotes below it, nothing
else, and knows nothing of what code found. What it says is a warning beside the statement, never
more: it takes nothing out of the note, brings nothing back, and is not asked about what code
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from consultation.engines import LanguageModel, Message, Progress, Request, no_progress
from consultation.errors import ContextOverflow
from consultation.summary import Check, Level, Section, Statement, Verdict
from consultation.transcript import Role
from prompts import library
from summarize.asking import Usage, ask

RULE = "judge"
PROMPTS = ("judge.md", "judge-statement.md")
MOST_TOKENS = 24
_VERDICTS = {
    "supported": Verdict.passed,
    "contradicted": Verdict.failed,
    "unclear": Verdict.failed,
}
_DETAILS = {
    ("fr", "contradicted"): "les citations disent autre chose",
    ("fr", "unclear"): "les citations ne disent pas tout cela",
    ("en", "contradicted"): "the quotes say otherwise",
    ("en", "unclear"): "the quotes do not say all of it",
}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"verdict": {"type": "string", "enum": list(_VERDICTS)}},
    "required": ["verdict"],
    "additionalProperties": False,
}


def judged(
    sections: Sequence[Section],
    language: str,
    model: LanguageModel,
    *,
    seed: int,
    usage: Usage,
    progress: Progress = no_progress,
) -> tuple[Section, ...]:
    """The same sections, each statement with one check more.

    A model that answers badly decides nothing. Raises EngineUnavailable (retryable).
    """
    statements = [statement for section in sections for statement in section.statements]
    look = _looker(language, model, seed, usage)
    if model.parallel > 1 and len(statements) > 1:
        with ThreadPoolExecutor(model.parallel) as pool:
            checks = list(pool.map(look, statements))
    else:
        checks = []
        for done, statement in enumerate(statements):
            progress("judge", done, len(statements))
            checks.append(look(statement))
    found = iter(checks)
    return tuple(
        section.model_copy(
            update={
                "statements": tuple(
                    statement.model_copy(update={"checks": (*statement.checks, next(found))})
                    for statement in section.statements
                )
            }
        )
        for section in sections
    )


def _looker(
    language: str, model: LanguageModel, seed: int, usage: Usage
) -> Callable[[Statement], Check]:
    def look(statement: Statement) -> Check:
        request = Request(
            messages=_messages(statement, language),
            json_schema=_SCHEMA,
            max_tokens=MOST_TOKENS,
            seed=seed,
        )
        try:
            answer = ask(model, request, usage)
        except ContextOverflow:
            return _check(Verdict.not_applicable, "context_overflow")
        if answer.content is None:
            return _check(Verdict.not_applicable, answer.problem or "")
        said = answer.content["verdict"]
        return _check(_VERDICTS[said], _DETAILS.get((language, said), ""))

    return look


def _check(verdict: Verdict, detail: str) -> Check:
    return Check(rule=RULE, verdict=verdict, level=Level.warning, detail=detail)


def _messages(statement: Statement, language: str) -> tuple[Message, ...]:
    guide = library.topics(language)
    names = {
        Role.clinician: guide.clinician,
        Role.patient: guide.patient,
        Role.companion: guide.companion,
    }
    quotes = "\n".join(
        f"{names.get(one.role, guide.unknown) if one.role else guide.unknown}: {one.quote}"
        for one in statement.evidence
    )
    # Filled in last and never read again: what was said cannot become an instruction's place.
    shown = library.prompt(language, "judge-statement").fill(
        evidence=quotes, statement=statement.text
    )
    return (
        Message(role="system", content=library.prompt(language, "judge").text),
        Message(role="user", content=shown),
    )
