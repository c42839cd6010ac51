"""Files, folders and archives → a ``PatientRecord``. One bad file never stops the others."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from clinical.text import LANGUAGES
from consultation.document_errors import DocumentTooLarge, TooManyDocuments
from consultation.documents import (
    DateSource,
    DocumentFormat,
    DocumentKind,
    PatientRecord,
    RefusedDocument,
    SourceDocument,
)
from consultation.errors import AnamneseError, UnreadableFile
from records.archive import members, safe_name
from records.blocks import Attachment, Reading
from records.dating import document_date, file_date
from records.formats import is_archive, reading_of
from records.headers import title_of
from records.kinds import kind_of
from records.language import language_of
from records.limits import DEFAULT, Limits
from records.ocr import Ocr, ocr_command
from records.paragraphs import paragraphs
from records.repeats import with_repeats
from records.written_dates import Order, day_first

Source: TypeAlias = "Path | tuple[str, bytes]"
"""A file, a folder, or a name with its bytes."""
Progress: TypeAlias = Callable[[int, str], None]
"""(documents read so far, the name of the file that is read now)"""
_ATTACHED = 2
"""Levels of attachments: of an e-mail in an e-mail, too, and no further."""


def read_record(
    sources: Iterable[Source],
    *,
    language: str | None = None,
    limits: Limits = DEFAULT,
    ocr: str | None = None,
    progress: Progress | None = None,
) -> PatientRecord:
    """All documents in order of name, repeats found.

    ``language`` is taken where a text does not tell its own; ``ocr`` is a command, as for
    ``records.ocr``. A file that cannot be read is in ``refused``. Raises InvalidOption for a
    command that cannot be meant.
    """
    recognise = ocr_command(ocr, limits.ocr_seconds) if ocr else None
    read: list[SourceDocument] = []
    refused: list[RefusedDocument] = []
    for name, get in _files(sources, limits):
        if progress:
            progress(len(read), name)
        for file, data, attached in _opened(name, get, limits, refused):
            _take(file, data, attached, read, refused, language, limits, recognise, depth=0)
    spoken = Counter(one.language for one in read).most_common(1)
    return PatientRecord(
        language=language or (spoken[0][0] if spoken else "fr"),
        documents=with_repeats(tuple(read)),
        refused=tuple(refused),
    )


def read_document(
    name: str,
    data: bytes,
    *,
    document_id: str = "d001",
    language: str | None = None,
    limits: Limits = DEFAULT,
    ocr: str | None = None,
) -> SourceDocument:
    """One document. Raises DocumentError, EngineMissing, EngineFailed, InvalidOption. What is
    attached to it is counted in a warning: ``read_record`` reads it."""
    recognise = ocr_command(ocr, limits.ocr_seconds) if ocr else None
    read = reading_of(name, data, limits, recognise)
    document = _document(document_id, safe_name(name), data, read, language, limits, None)
    if not read.attachments:
        return document
    warning = f"attached documents that were not read: {len(read.attachments)}"
    return document.model_copy(update={"warnings": (*document.warnings, warning)})


def _files(sources: Iterable[Source], limits: Limits) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """(name, what gives its bytes or raises UnreadableFile), in order of path."""
    given: list[tuple[str, str, Callable[[], bytes]]] = []
    for source in sources:
        if isinstance(source, tuple):
            name = safe_name(source[0])
            given.append((name, name.rsplit("/", 1)[-1], _held(source[1])))
        elif source.is_dir():
            for path in source.rglob("*"):
                within = path.relative_to(source)
                hidden = any(part.startswith((".", "__MACOSX")) for part in within.parts)
                if not hidden and path.is_file() and not path.is_symlink():
                    given.append((within.as_posix(), safe_name(path.name), _on_disk(path, limits)))
        else:
            given.append((source.name, safe_name(source.name), _on_disk(source, limits)))
    for _, name, get in sorted(given, key=lambda one: one[0]):
        yield name, get


def _held(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def _on_disk(path: Path, limits: Limits) -> Callable[[], bytes]:
    def get() -> bytes:
        try:
            if path.stat().st_size > limits.archive_bytes:
                raise DocumentTooLarge("the file is too large")
            return path.read_bytes()
        except OSError:
            raise UnreadableFile("the file cannot be read") from None

    return get


def _opened(
    name: str, get: Callable[[], bytes], limits: Limits, refused: list[RefusedDocument]
) -> Iterator[tuple[str, bytes, Attachment | None]]:
    """The file itself, or what its archive holds."""
    try:
        data = get()
        if data and is_archive(data):
            for member in members(data, limits):
                inside = f"{name}/{member.name.rsplit('/', 1)[-1]}"
                if member.error:
                    refused.append(_refusal(inside, member.error))
                else:
                    yield inside, member.data, None
            return
    except AnamneseError as error:
        refused.append(_refusal(name, error))
        return
    yield name, data, None


def _take(
    name: str,
    data: bytes,
    attached: Attachment | None,
    read: list[SourceDocument],
    refused: list[RefusedDocument],
    language: str | None,
    limits: Limits,
    ocr: Ocr | None,
    depth: int,
) -> None:
    """One document, then those that are attached to it."""
    try:
        if len(read) >= limits.documents:
            raise TooManyDocuments("more documents than one record may hold")
        reading = reading_of(name, data, limits, ocr)
        number = f"d{len(read) + 1:03d}"
        read.append(_document(number, name, data, reading, language, limits, attached))
    except AnamneseError as error:
        refused.append(_refusal(name, error))
        return
    for one in reading.attachments if depth < _ATTACHED else ():
        inside = f"{name}/{one.name.rsplit('/', 1)[-1]}"
        _take(inside, one.data, one, read, refused, language, limits, ocr, depth + 1)


def _refusal(name: str, error: AnamneseError) -> RefusedDocument:
    return RefusedDocument(file=name, code=error.code, hint=error.hint)


def _document(
    number: str,
    name: str,
    data: bytes,
    read: Reading,
    language: str | None,
    limits: Limits,
    attached: Attachment | None,
) -> SourceDocument:
    text = "\n".join(block.text for block in read.blocks)
    spoken = read.language if read.language in LANGUAGES else language_of(text)
    spoken = spoken or language or "fr"
    order = day_first(text[:200_000], spoken)
    told = paragraphs(read.blocks, order, limits)
    title = read.title or (attached.title if attached else "")
    ours = {DocumentFormat.transcript: DocumentKind.transcript}.get(read.format)
    kind, why = (ours, "transcript") if ours else kind_of(read.codes, title, told, name)
    document = SourceDocument(
        id=number,
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        format=read.format,
        title=title,
        kind=kind,
        kind_evidence=why,
        language=spoken,
        author=read.author,
        pages=read.pages,
        paragraphs=told,
        warnings=read.warnings,
    )
    return _titled(_dated(document, read, attached, order))


def _titled(document: SourceDocument) -> SourceDocument:
    """What came without a title gets one of its own words, or of its kind and date."""
    if document.title:
        return document
    title = title_of(document.paragraphs, document.kind, document.date, document.language)
    evidence = document.date_evidence
    cited = evidence.model_copy(update={"title": title}) if evidence else None
    return document.model_copy(update={"title": title, "date_evidence": cited})


def _dated(
    document: SourceDocument, read: Reading, attached: Attachment | None, order: Order
) -> SourceDocument:
    """By the header, else by words of the text, else by the file's name, else by its metadata."""
    if read.date:
        return document.model_copy(update={"date": read.date, "date_source": DateSource.header})
    found = document_date(document.paragraphs, order)
    if found:
        written, warnings = found.written, document.warnings
        if written.ambiguous and order == "mdy":
            warnings = (*warnings, "the date was read month first: it could be day first")
        cited = document.model_copy(update={"date": written.iso})
        return cited.model_copy(
            update={
                "date_source": DateSource.text,
                "date_evidence": cited.cite(found.paragraph, written.start, written.end),
                "warnings": warnings,
            }
        )
    if attached and attached.date:
        return document.model_copy(update={"date": attached.date, "date_source": DateSource.header})
    named = file_date(document.file)
    if named:
        return document.model_copy(update={"date": named, "date_source": DateSource.file_name})
    if read.made:
        return document.model_copy(update={"date": read.made, "date_source": DateSource.metadata})
    return document
