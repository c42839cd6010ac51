"""An OpenAI-compatible server alone (vLLM): the same prompts, as many tokens, as many at once."""

from __future__ import annotations

import json
import os
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from common import Job, Segments, Work, main


def load(job: Job) -> Work:
    key = os.environ.get("ANAMNESE_VLLM_API_KEY", "")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(body: dict[str, Any]) -> int:
        more = {"model": job["model"], "temperature": 0.0, "seed": 0, "ignore_eos": True}
        request = urllib.request.Request(  # noqa: S310  the address that is configured
            job["url"].rstrip("/") + "/chat/completions",
            json.dumps(body | more).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
        )
        with opener.open(request, timeout=900) as answer:
            return int(json.load(answer)["usage"]["completion_tokens"])

    ask(job["warm"] | {"max_tokens": 1})

    def work() -> Segments:
        with ThreadPoolExecutor(job["parallel"]) as pool:
            return [{"tokens": tokens} for tokens in pool.map(ask, job["requests"])]

    return work


main(load)
