"""What a launch is at its stages: begun, come back from the EHR, a session."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from jobs.document_context import ContextIn


class Start(BaseModel):
    iss: str
    verifier: str
    nonce: str


class Launched(BaseModel):
    """What is kept of a launch, encrypted."""

    ehr: str
    practitioner: str
    patient: str
    """The reference to erase by."""
    context: ContextIn


@dataclass(frozen=True)
class Begun:
    where: str
    """The EHR's page to sign in at."""
    state: str
    browser: str
    """The secret of this browser's cookie."""
    framed: bool


@dataclass(frozen=True)
class Ended:
    launch_id: str
    secret: str
    framed: bool
