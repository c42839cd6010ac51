"""FHIR R4 as XML → the same objects as its JSON: ``read_fhir`` knows one shape only.

An element's ``value`` is the value, an element that comes again makes a list, ``resource`` and
``contained`` hold a resource, and a narrative's XHTML is text again. What JSON always has as a list
has one here too. Unknown elements are kept, as ``read_fhir`` leaves alone what it does not know.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, tostring

from records.limits import Limits
from records.readers.xml import parsed

_NAMESPACE = "{http://hl7.org/fhir}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_HOLDERS = frozenset({"resource", "contained"})
_LISTS = frozenset({"given", "prefix", "suffix", "line", "contained", "entry"})
"""Of plain values, or that a reader counts: ``items`` takes one object for a list of one."""
_BOOLEANS = frozenset(
    {"active", "inactive", "doNotPerform", "primarySource", "preferred", "experimental"}
)
"""Where *true* is no word, beside what ends in Boolean."""
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_FIRST = re.compile(r"<(?:(\w+):)?[A-Za-z]\w*([^>]*)")
_DECLARED = r"\sxmlns{}\s*=\s*[\"']http://hl7\.org/fhir[\"']"


def is_fhir_xml(start: str) -> bool:
    """Whether its first element is FHIR's. ``start``: the beginning of the text, a few thousand
    characters."""
    first = _FIRST.search(_COMMENT.sub("", start))
    if first is None:
        return False
    prefix = f":{first[1]}" if first[1] else ""
    return re.search(_DECLARED.format(prefix), first[2]) is not None


def fhir_of_xml(data: bytes, limits: Limits) -> Any:
    """Raises UnsafeXml, DocumentTooDeep, DocumentTooLarge, DamagedDocument."""
    return _resource(parsed(data, limits))


def _resource(element: Element) -> dict[str, Any]:
    return {"resourceType": _name(element), **_fields(element)}


def _fields(element: Element) -> dict[str, Any]:
    """As deep as the parser let the tree be."""
    found: dict[str, Any] = {}
    for key in ("id", "url"):
        if element.get(key):
            found[key] = element.get(key)
    for child in element:
        name = _name(child)
        value = _value(child, name)
        if value is None:
            continue
        if name not in found:
            found[name] = [value] if name in _LISTS else value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def _value(element: Element, name: str) -> Any:
    if element.tag == f"{_XHTML}div":
        return _narrative(element)
    if name in _HOLDERS and len(element) and not element.get("value"):
        return _resource(element[0])
    value = element.get("value")
    if value is None:
        return _fields(element) or None
    if value in ("true", "false") and (name in _BOOLEANS or name.endswith("Boolean")):
        return value == "true"
    return value


def _narrative(element: Element) -> str:
    for one in element.iter():
        one.tag = one.tag.removeprefix(_XHTML)
    element.tail = None
    return tostring(element, encoding="unicode", method="html")


def _name(element: Element) -> str:
    return element.tag.removeprefix(_NAMESPACE).removeprefix(_XHTML)
