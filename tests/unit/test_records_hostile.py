"""Hostile and damaged input: a typed error each, and nothing else, in bounded time and memory."""

from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from consultation.document_errors import (
    DocumentError,
    EncryptedDocument,
    ScannedDocument,
    TooManyPages,
)
from records.archive import safe_name
from records.limits import DEFAULT
from records.read import read_document, read_record
from tests.unit import made_documents as made

ZEROS = b"\0" * 30_000_000
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>&b;</title></ClinicalDocument>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>&a;</title></ClinicalDocument>'
)
DEEP_XML = '<ClinicalDocument xmlns="urn:hl7-org:v3">' + "<component>" * 100_000
_FHIR = 'Bundle xmlns="http://hl7.org/fhir"'
LAUGHS_FHIR = LAUGHS.replace('ClinicalDocument xmlns="urn:hl7-org:v3"', _FHIR, 1)
OUTSIDE_FHIR = OUTSIDE.replace('ClinicalDocument xmlns="urn:hl7-org:v3"', _FHIR, 1)
DEEP_FHIR = f"<{_FHIR}>" + "<entry>" * 100_000
DEEP_HTML = "<html><body>" + "<div>" * 100_000 + "x" + "</div>" * 100_000
DEEP_JSON = '{"resourceType": "Bundle", "entry": ' + "[" * 100_000
DEEP_RTF = r"{\rtf1 " + "{" * 100_000 + "x"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_document"),
        (b" \n\t ", "empty_document"),
        (b"<html><body><script>x</script></body></html>", "empty_document"),
        (bytes(range(256)) * 40, "unknown_format"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 100, "unknown_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "unknown_format"),
        (b'{"some": "json"}', "unknown_format"),
        (b'<?xml version="1.0"?><other/>', "unknown_format"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "scanned_document"),
        (b"%PDF-1.7\nnothing of a PDF", "damaged_document"),
        (b"PK\x03\x04word/ [Content_Types].xml and no more", "damaged_document"),
        (LAUGHS.encode(), "unsafe_xml"),
        (OUTSIDE.encode(), "unsafe_xml"),
        (DEEP_XML.encode(), "too_deep"),
        (LAUGHS_FHIR.encode(), "unsafe_xml"),
        (OUTSIDE_FHIR.encode(), "unsafe_xml"),
        (DEEP_FHIR.encode(), "too_deep"),
        (f"<{_FHIR}><entry>".encode(), "damaged_document"),
        (f"<{_FHIR}/>".encode(), "unknown_format"),
        (DEEP_HTML.encode(), "too_deep"),
        (DEEP_JSON.encode(), "too_deep"),
        (DEEP_RTF.encode(), "too_deep"),
        (made.zipped({"a.zip": made.zipped({"b.txt": b"x"})}), "archive_too_large"),
        (made.zipped({"bomb.txt": ZEROS}), "archive_too_large"),
        (
            made.zipped({"[Content_Types].xml": b"x", "word/document.xml": ZEROS}),
            "archive_too_large",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_is_refused_with_its_code_and_the_others_go_on(data: bytes, code: str) -> None:
    started = time.monotonic()
    record = read_record([("x", data), ("y.txt", made.LETTER_FR.encode())])
    assert [one.code for one in record.refused] == [code]
    assert record.refused[0].hint
    assert [one.file for one in record.documents] == ["y.txt"]
    assert time.monotonic() - started < 10


LONG = 60_000
SLOW = {
    "spaces": "a" + " " * LONG + "b",
    "dots": "." * LONG + "x",
    "heading": "# a\n# b\n# c" + " " * LONG + "d",
    "bars": "| " * LONG,
    "brackets": "# a\n# b\n" + "[" * LONG,
    "stars": "# a\n# b\n" + " *a" * LONG,
    "dates": "1/" * LONG,
    "digits": "2019" * LONG,
    "tags": "<div " * LONG,
    "entities": "<html><body>" + "&" * LONG,
    "unclosed": "<html><body><!--" + "-" * LONG,
    "attributes": "<html><body><p " + "a=" * LONG,
    "headers": "From: a\nMIME-Version: 1.0\n" + "X: y\n" * 50_000,
    "folded": "From: a\nMIME-Version: 1.0\nSubject: " + "=?utf-8?q?a?= " * 20_000 + "\n\nx",
    "parts": "From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
    + "--x\n\nhello\n" * 5_000,
    "groups": "{\\rtf1 " + "{a}" * LONG,
    "controls": "{\\rtf1 " + "\\u123?" * LONG + "}",
    "attributes of XML": "<ClinicalDocument xmlns='urn:hl7-org:v3' " + "a='b' " * 50_000,
    "siblings": "<ClinicalDocument xmlns='urn:hl7-org:v3'>" + "<title/>" * LONG,
}


@pytest.mark.parametrize("name", SLOW)
def test_no_text_takes_time_that_grows_with_its_square(name: str) -> None:
    started = time.process_time()
    read_record([("x", SLOW[name].encode())])
    assert time.process_time() - started < 5


def test_passwords() -> None:
    with pytest.raises(EncryptedDocument):
        read_document("a.pdf", made.pdf_locked())
    office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(EncryptedDocument):
        read_document("a.docx", office)
    archive = bytearray(made.zipped({"a.txt": b"hello"}))
    for header, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.index(header) + place] |= 1
    record = read_record([("a.zip", bytes(archive))])
    assert [(one.file, one.code) for one in record.refused] == [
        ("a.zip/a.txt", "encrypted_document")
    ]


def test_pages() -> None:
    few = replace(DEFAULT, pages=3)
    with pytest.raises(TooManyPages):
        read_document("a.pdf", made.pdf(["text of a page"] * 4), limits=few)
    with pytest.raises(ScannedDocument):
        read_document("a.pdf", made.pdf_scanned(2))


def test_ten_thousand_pages_are_refused_at_once() -> None:
    kids = " ".join("3 0 R" for _ in range(10_000))
    parts = [
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        f"2 0 obj<</Type/Pages/Count 10000/Kids[{kids}]>>endobj",
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj",
    ]
    data = ("%PDF-1.4\n" + "\n".join(parts) + "\ntrailer<</Root 1 0 R>>\n%%EOF").encode()
    started = time.monotonic()
    with pytest.raises(TooManyPages):
        read_document("a.pdf", data)
    assert time.monotonic() - started < 5


def test_archives_that_lie_about_their_sizes() -> None:
    data = bytearray(made.zipped({"bomb.txt": ZEROS}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (5).to_bytes(4, "little")  # "5 bytes, when inflated"
    record = read_record([("a.zip", bytes(data))])
    assert next(one.code for one in record.refused) in ("archive_too_large", "damaged_document")


def test_archives_of_too_many_files_or_bytes() -> None:
    data = made.zipped({f"{n}.txt": b"text" for n in range(12)})
    for limits in (replace(DEFAULT, archive_members=10), replace(DEFAULT, archive_bytes=20)):
        record = read_record([("a.zip", data)], limits=limits)
        assert "archive_too_large" in [one.code for one in record.refused]
    record = read_record([("a.zip", data)], limits=replace(DEFAULT, documents=10))
    assert len(record.documents) == 10
    assert {one.code for one in record.refused} == {"too_many_documents"}


def test_text_beyond_the_limit_is_refused_and_not_cut() -> None:
    limits = replace(DEFAULT, characters=1_000)
    record = read_record([("a.txt", b"words " * 500)], limits=limits)
    assert [one.code for one in record.refused] == ["document_too_large"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x", "C:\\x\\y", "/abs", "a\0b\nc", "..", "", "a/../../b"]
)
def test_names_lead_nowhere(name: str) -> None:
    cleaned = safe_name(name)
    assert cleaned
    assert not cleaned.startswith("/")
    assert ".." not in cleaned.split("/")
    assert cleaned.isprintable()
    assert "\\" not in cleaned


def test_errors_hold_no_words_of_the_document() -> None:
    canary = "Zorglubine"
    for data in (
        json.dumps({"resourceType": canary}).encode(),
        f"<ClinicalDocument xmlns='urn:hl7-org:v3'><title>{canary}".encode(),
        f"%PDF-1.4 {canary}".encode(),
    ):
        with pytest.raises(DocumentError) as caught:
            read_document("x", data)
        assert canary not in str(caught.value) + caught.value.hint
        assert caught.value.__cause__ is None


STARTS = [
    b"",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"{\\rtf1\\ansi ",
    b"<html><body><table><tr>",
    b"<ClinicalDocument xmlns='urn:hl7-org:v3'>",
    b"From: a@b.c\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n",
    b'{"resourceType": "Bundle", "entry": ',
    b"\xff\xfe",
    b"# a\n# b\n| c | d |\n",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400))
@example(start=b"{\\rtf1\\ansi ", rest=b"\\u-9999999? \\bin99999 \\'zz")
def test_random_bytes_raise_typed_errors_only(start: bytes, rest: bytes) -> None:
    record = read_record([("x", start + rest)])
    assert len(record.documents) + len(record.refused) >= 1
    assert all(one.code and one.hint for one in record.refused)
    assert all(one.paragraphs for one in record.documents)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(["pdf", "docx", "eml", "xml", "json", "rtf", "zip"]),
    places=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    kept=st.floats(0.05, 1.0),
)
def test_damaged_documents_raise_typed_errors_only(
    name: str, places: list[tuple[int, int]], kept: float
) -> None:
    data = bytearray(WHOLE[name])
    for at, value in places:
        data[at % len(data)] = value
    record = read_record([("x", bytes(data[: int(len(data) * kept)]))])
    for document in record.documents:
        text = document.text
        for one in document.paragraphs:
            assert text[one.start : one.end] == one.text


WHOLE = {
    "pdf": made.pdf([made.LETTER_FR]),
    "docx": made.docx(),
    "eml": made.mail(attachment=("a.rtf", made.RTF)),
    "xml": made.CDA.encode(),
    "json": made.fhir_bytes(),
    "fhir.xml": made.fhir_xml(),
    "rtf": made.RTF,
    "zip": made.zipped({"a.rtf": made.RTF, "b.txt": made.LETTER_FR.encode()}),
}

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)
FIELDS = (
    "code valueQuantity valueCodeableConcept component category status clinicalStatus onsetDateTime"
    " dosage reaction note bodySite referenceRange section text title author content entry name"
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(
        ["Observation", "Condition", "Bundle", "Composition", "DocumentReference"]
    ),
    fields=st.dictionaries(st.sampled_from(FIELDS.split()), JSON_VALUES, max_size=6),
)
def test_fhir_of_any_shape_raises_typed_errors_only(kind: str, fields: dict[str, object]) -> None:
    record = read_record([("x", json.dumps({**fields, "resourceType": kind}).encode())])
    assert "damaged_document" not in {one.code for one in record.refused}, "a shape broke it"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.text(
            st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=60
        ),
        min_size=1,
        max_size=20,
    )
)
def test_every_word_of_a_text_is_read(lines: list[str]) -> None:
    text = "Compte rendu\n\n" + "\n".join(lines)
    try:
        document = read_document("x.txt", text.encode())
    except DocumentError:
        return
    read = "".join(c for c in document.text if c.isalnum())
    from records.blocks import cleaned

    assert sorted(read) == sorted(c for c in cleaned(text) if c.isalnum())


def test_a_zip_with_a_bad_member_gives_the_others() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.txt", b"Compte rendu A du 01/02/2020, sans particularite.")
        archive.writestr("b.txt", b"Compte rendu B du 01/02/2021, sans particularite.")
    data = held.getvalue().replace(b"rendu A", b"rendu X")  # its checksum is wrong now
    record = read_record([("z.zip", data)])
    assert [one.file for one in record.documents] == ["z.zip/b.txt"]
    assert [one.code for one in record.refused] == ["damaged_document"]
