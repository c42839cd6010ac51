"""``AI-Disclosure``: that a machine wrote what is answered (draft-abaris-aicdh, an Internet-Draft).

For formats that have no room to say it (SubRip, CSV), and for programs that read no sentences.
"""

from __future__ import annotations

HEADER = "AI-Disclosure"
DISCLOSED: dict[str, object] = {
    HEADER: {
        "description": "`mode=machine-generated` until a named clinician has signed; then "
        "`mode=ai-originated`.",
        "schema": {"type": "string"},
    }
}
"""For the description of an answer."""


def disclosed(*, signed: bool = False) -> dict[str, str]:
    return {HEADER: "mode=ai-originated" if signed else "mode=machine-generated"}
