"""E-mail: who, when and about what; the body as text or HTML; attachments as documents."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

from consultation.document_errors import DocumentTooLarge
from consultation.documents import DocumentFormat, ParagraphKind
from records.archive import safe_name
from records.blocks import Attachment, Block, Reading, cleaned
from records.encoding import decoded
from records.limits import Limits
from records.lines import blocks_of_lines
from records.readers.html import read_html

_MOST_PARTS = 500
_LONGEST_HEADERS = 100_000
"""Bytes."""


def read_mail(data: bytes, limits: Limits) -> Reading:
    """Raises DocumentTooLarge for headers beyond reason: the library decodes them in the square of
    their length."""
    if (
        len(re.split(rb"\r?\n\r?\n", data[: 2 * _LONGEST_HEADERS], maxsplit=1)[0])
        > _LONGEST_HEADERS
    ):
        raise DocumentTooLarge("the headers of the message are too long")
    message = email.message_from_bytes(data, policy=email.policy.default)
    subject = cleaned(str(message.get("subject", "")))
    sender = parseaddr(str(message.get("from", "")))
    blocks: list[Block] = []
    if subject:
        blocks.append(Block(subject, ParagraphKind.heading))
    plain: list[Block] = []
    rich: list[Block] = []
    attachments: list[Attachment] = []
    warnings: list[str] = []
    for number, part in enumerate(_leaves(message)):
        if number >= _MOST_PARTS:
            warnings.append(f"only the first {_MOST_PARTS} parts were read")
            break
        content = _bytes(part)
        named = part.get_filename()
        if named or part.get_content_disposition() == "attachment":
            if part.get_content_maintype() != "image":
                attachments.append(Attachment(safe_name(named or f"part-{number}"), content))
        elif part.get_content_type() == "text/plain":
            plain.extend(blocks_of_lines(decoded_part(part, content).splitlines()))
        elif part.get_content_type() == "text/html" and content.strip():
            rich.extend(read_html(decoded_part(part, content), limits).blocks)
    blocks.extend(plain or rich)
    return Reading(
        DocumentFormat.email,
        tuple(blocks),
        title=subject,
        date=_date(str(message.get("date", ""))),
        author=cleaned(sender[0] or sender[1]),
        warnings=tuple(warnings),
        attachments=tuple(attachments),
    )


def _leaves(message: EmailMessage) -> list[EmailMessage]:
    """Parts without parts. A message inside the message is an attachment of its own."""
    found: list[EmailMessage] = []
    stack: list[EmailMessage] = [message]
    while stack and len(found) <= _MOST_PARTS:
        part = stack.pop()
        if part.get_content_type() == "message/rfc822" or not part.is_multipart():
            found.append(part)
        else:
            children = part.get_payload()
            stack.extend(reversed(children if isinstance(children, list) else []))  # type: ignore[arg-type]
    return found


def _bytes(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, EmailMessage) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def decoded_part(part: EmailMessage, content: bytes) -> str:
    """By the declared character set if it is known and fits, else as any other bytes."""
    declared = part.get_content_charset()
    if declared:
        try:
            return content.decode(declared)
        except (LookupError, UnicodeError, ValueError):
            pass
    return decoded(content)[0]


def _date(text: str) -> str | None:
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
