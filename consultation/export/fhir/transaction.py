"""A signed document as a FHIR transaction: its resources one by one, for a server that has no
documents. Sent twice, it leaves what it left the first time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import quote

from consultation.export.fhir.codes import Json

_KNOWN = ("Patient", "Practitioner", "Organization", "Encounter")
"""What the receiver may have already, under a number that the caller gave."""


def to_transaction(bundle: Json, before: Iterable[Json] = ()) -> dict[str, Any]:
    """A Bundle of type ``transaction``.

    Whoever has a number with a system is created unless the server has them (``ifNoneExist``), and
    never changed. Everything else is put under the id that its fullUrl names, the same in every
    version of the document: an amendment overwrites what it replaces.

    Args:
        bundle: a document, as ``to_fhir`` makes it.
        before: the documents of earlier signed versions. What they had and this one has no more is
            deleted: a diagnosis that was taken back must not stay.
    """
    entries: list[Json] = []
    twice: dict[str, str] = {}
    criteria: dict[str, str] = {}
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    for entry in bundle["entry"]:
        url, resource = entry["fullUrl"], entry["resource"]
        kind = resource["resourceType"]
        wanted = _criterion(resource)
        if wanted is None:
            own = _id(url)
            request = {"method": "PUT", "url": f"{kind}/{own}"}
            entries.append({"fullUrl": url, "resource": resource | {"id": own}, "request": request})
        elif (first := criteria.setdefault(f"{kind}?{wanted}", url)) != url:
            # One person with two spellings: created twice, the criterion would match two.
            twice[url] = first
        else:
            request = {"method": "POST", "url": kind, "ifNoneExist": wanted}
            entries.append({"fullUrl": url, "resource": resource, "request": request})
    gone = dict.fromkeys(place for old in before for place in _places(old, urls))
    entries += [{"request": {"method": "DELETE", "url": place}} for place in gone]
    text = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    for url, first in twice.items():
        text = text.replace(url, first)
    return cast("dict[str, Any]", json.loads(text))


def criterion(system: str, value: str) -> str:
    """A search by identifier, as a query string."""
    escaped = (re.sub(r"([\\$,|])", r"\\\1", part) for part in (system, value))
    return "identifier=" + quote("|".join(escaped), safe="")


def _criterion(resource: Json) -> str | None:
    if resource["resourceType"] not in _KNOWN:
        return None
    numbers = (one for one in resource.get("identifier", ()) if one.get("system"))
    first = next(numbers, None)
    return criterion(first["system"], first["value"]) if first else None


def _places(bundle: Json, kept: set[str]) -> Iterator[str]:
    """What this document put, and is not among ``kept``."""
    for entry in bundle["entry"]:
        kind = entry["resource"]["resourceType"]
        # People and places are not the document's to delete.
        if entry["fullUrl"] not in kept and kind not in _KNOWN:
            yield f"{kind}/{_id(entry['fullUrl'])}"


def _id(url: str) -> str:
    return str(url).removeprefix("urn:uuid:")
