"""AES-256-GCM for content at rest, from the library ``cryptography``.

Each blob and each file has a key of its own, derived (HKDF-SHA256) from a key of the ring and 16
random bytes. So a nonce may be a counter and is never used twice, however much is stored.

A blob is ``ANB1 · length of key id (1 byte) · key id · salt (16) · ciphertext and tag``. Its
``context`` (organisation, consultation, kind…) is authenticated: moved elsewhere, it does not open.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jobs.errors import Damaged
from jobs.store.keys import KeyRing

SALT_BYTES = 16
BLOB = b"ANB1"


def seal(content: bytes, context: str, ring: KeyRing) -> bytes:
    head = header(BLOB, ring.active)
    cipher = AESGCM(derive(ring.key(ring.active), head))
    return head + cipher.encrypt(nonce(0), content, head + context.encode())


def unseal(blob: bytes, context: str, ring: KeyRing) -> bytes:
    """Raises Damaged, or KeysMissing when the ring has not the key."""
    key_id, head = read_header(BLOB, blob)
    cipher = AESGCM(derive(ring.key(key_id), head))
    try:
        return cipher.decrypt(nonce(0), blob[len(head) :], head + context.encode())
    except InvalidTag:
        raise Damaged("something stored was altered, or belongs elsewhere") from None


def key_of(blob: bytes) -> str:
    """The id of the key that sealed it. Raises Damaged."""
    return read_header(BLOB, blob)[0]


def header(magic: bytes, key_id: str) -> bytes:
    name = key_id.encode()
    return magic + bytes([len(name)]) + name + secrets.token_bytes(SALT_BYTES)


def read_header(magic: bytes, start: bytes) -> tuple[str, bytes]:
    """Key id, and the header's bytes. ``start`` holds at least the header. Raises Damaged."""
    length = len(magic) + 1
    if start[: len(magic)] != magic or len(start) < length:
        raise Damaged("something stored is not what anamnese wrote")
    end = length + start[length - 1]
    head = start[: end + SALT_BYTES]
    if len(head) < end + SALT_BYTES:
        raise Damaged("something stored was cut")
    return start[length:end].decode("ascii", errors="replace"), head


def derive(key: bytes, head: bytes, session: bytes = b"") -> bytes:
    """The key of one blob or file, from its salt; of one session of writing it."""
    info = b"anamnese " + head[:4] + session
    return HKDF(SHA256(), length=32, salt=head[-SALT_BYTES:], info=info).derive(key)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def nonce(counter: int) -> bytes:
    return counter.to_bytes(12, "big")
