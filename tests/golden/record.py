"""Ask the packaged model once for each sentence of the samples, and keep its answers."""

from __future__ import annotations

import json

from consultation.engines import Completion, Request
from consultation.settings import Settings
from summarize.consultation import summarize
from summarize.engines.load import load_language_model
from tests.golden import FOLDER, reference


def main() -> None:
    model = load_language_model(Settings())
    answers: dict[str, str] = {}
    complete = model.complete

    def remember(request: Request) -> Completion:
        completion = complete(request)
        answers[f"{request.seed} {request.messages[-1].content}"] = completion.text
        return completion

    model.complete = remember  # type: ignore[method-assign]
    for language in ("fr", "en"):
        answers.clear()
        summarize(reference(language), model, Settings())
        text = json.dumps(answers, ensure_ascii=False, indent=1)
        (FOLDER / f"answers_{language}.json").write_text(text + "\n", "utf-8")
    model.close()


if __name__ == "__main__":
    main()
