"""llama.cpp alone: the same prompts, as many tokens, nothing read of what it writes."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from common import Job, Segments, Work, main


def load(job: Job) -> Work:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = job["model"]
    params.n_ctx = job["context"]
    params.n_parallel = 1
    params.cpuparams.n_threads = job["threads"]
    params.cpuparams_batch.n_threads = job["threads"]
    params.fit_params = False
    params.cache_ram_mib = 0
    params.ui = False
    params.verbosity = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    server = xllamacpp.Server(params)

    def ask(body: dict[str, Any]) -> int:
        more = {"temperature": 0.0, "seed": 0, "cache_prompt": True, "ignore_eos": True}
        request = urllib.request.Request(  # noqa: S310  loopback
            f"{server.listening_address}/chat/completions",
            json.dumps(body | more).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=900) as answer:  # noqa: S310
            return int(json.load(answer)["usage"]["completion_tokens"])

    # What requests share is read before the clock starts, as it is for ours.
    ask(job["warm"] | {"max_tokens": 1})

    def work() -> Segments:
        return [{"tokens": ask(body)} for body in job["requests"]]

    return work


main(load)
