"""Moving about in a FHIR Bundle that may be wrong in any way: nothing here raises for bad data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def entries(bundle: Any) -> list[dict[str, Any]]:
    held = bundle.get("entry") if isinstance(bundle, dict) else None
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def resources(bundle: Any, *kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, resource) in order; of these kinds, or all."""
    for k, entry in enumerate(entries(bundle)):
        resource = entry.get("resource")
        if isinstance(resource, dict) and (not kinds or resource.get("resourceType") in kinds):
            yield f"entry[{k}].resource", resource


def composition(bundle: Any) -> dict[str, Any]:
    """The first one; empty when there is none."""
    return next((one for _, one in resources(bundle, "Composition")), {})


def sections(of: dict[str, Any], path: str = "section") -> Iterator[tuple[str, dict[str, Any]]]:
    """Sections and their sections, with their paths."""
    held = of.get("section")
    for k, section in enumerate(held if isinstance(held, list) else []):
        if isinstance(section, dict):
            yield f"{path}[{k}]", section
            yield from sections(section, f"{path}[{k}].section")


def values(of: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """(path, name, value) of everything that has a name, at any depth."""
    if isinstance(of, dict):
        for name, value in of.items():
            at = f"{path}.{name}" if path else name
            yield at, name, value
            yield from values(value, at)
    elif isinstance(of, list):
        for k, value in enumerate(of):
            yield from values(value, f"{path}[{k}]")


def codes(concept: Any) -> set[str]:
    """Of a CodeableConcept."""
    held = concept.get("coding") if isinstance(concept, dict) else None
    return {str(one.get("code")) for one in held or [] if isinstance(one, dict)}
