"""What is known by a hash only: patients' references, and people whom an identity provider names.

HMAC-SHA256 under a key of the organisation's own. Without the key ring nothing can be tried out,
and the same patient has another hash in another organisation.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from jobs.store.crypto import key_of, seal, unseal
from jobs.store.keys import KEY_BYTES, KeyRing
from jobs.store.life_tables import OrganisationKey


def has_key(session: Session, org_id: str) -> bool:
    """Whether hashes of this organisation can be made without writing."""
    return session.get(OrganisationKey, org_id) is not None


def patient(session: Session, ring: KeyRing, org_id: str, reference: str) -> str:
    """64 hexadecimal digits. Needs a session that writes: the first one makes the key."""
    plain = unicodedata.normalize("NFC", reference.strip())
    return _hash(_key(session, ring, org_id), "patient", plain)


def person(session: Session, ring: KeyRing, org_id: str, issuer: str, subject: str) -> str:
    """``usr_`` and 32 digits: the same person each time, and no name."""
    return f"usr_{_hash(_key(session, ring, org_id), 'person', issuer, subject)[:32]}"


def content(session: Session, ring: KeyRing, org_id: str, sha256: str) -> str:
    """Of bytes, by their digest: whether a file is there already, and not which file it is."""
    return _hash(_key(session, ring, org_id), "content", sha256)


def context(org_id: str) -> str:
    return f"organisation key|{org_id}"


def _hash(key: bytes, *parts: str) -> str:
    # Lengths, so that no two lists of parts are the same bytes.
    text = b"".join(len(part).to_bytes(4, "big") + part for part in (one.encode() for one in parts))
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _key(session: Session, ring: KeyRing, org_id: str) -> bytes:
    row = session.get(OrganisationKey, org_id)
    if row is None:
        body = seal(secrets.token_bytes(KEY_BYTES), context(org_id), ring)
        row = OrganisationKey(org_id=org_id, key_id=key_of(body), body=body)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            # Another process was faster: its key is the key.
            session.expire_all()
            row = session.get_one(OrganisationKey, org_id)
    return unseal(row.body, context(org_id), ring)
