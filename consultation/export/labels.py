"""How speakers and headings are called in what people read."""

from __future__ import annotations

from consultation.transcript import Role, Speaker, Transcript

ROLES = {
    "fr": {
        Role.clinician: "Médecin",
        Role.patient: "Patient",
        Role.companion: "Accompagnant",
        Role.unknown: "Locuteur",
    },
    "en": {
        Role.clinician: "Clinician",
        Role.patient: "Patient",
        Role.companion: "Companion",
        Role.unknown: "Speaker",
    },
}
"""Every language that the product speaks; others fall back to English."""


def speaker_labels(transcript: Transcript) -> dict[str, str]:
    """Speaker id → a name for readers; two speakers never have the same one."""
    names = ROLES.get(transcript.language, ROLES["en"])
    labels: dict[str, str] = {}
    for speaker in transcript.speakers:
        label = speaker.name or _role_name(speaker, names)
        labels[speaker.id] = f"{label} {speaker.id}" if label in labels.values() else label
    return labels


def _role_name(speaker: Speaker, names: dict[Role, str]) -> str:
    if speaker.role is Role.unknown:
        return f"{names[Role.unknown]} {speaker.id}"
    return names[speaker.role]


def clock(seconds: float) -> str:
    """``m:ss``, or ``h:mm:ss`` from one hour on."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
