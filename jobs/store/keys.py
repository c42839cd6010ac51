"""Encryption keys: a file of ours, readable by its owner only; one key is active, others decrypt.

``{"active": "k2", "keys": {"k1": "<base64, 32 bytes>", "k2": "…"}}``
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from jobs.errors import KeysMissing
from jobs.files import write

KEY_BYTES = 32


@dataclass(frozen=True)
class KeyRing:
    active: str
    keys: dict[str, bytes]

    def __repr__(self) -> str:
        return f"KeyRing(active={self.active!r}, keys={sorted(self.keys)})"

    def key(self, key_id: str) -> bytes:
        """Raises KeysMissing."""
        try:
            return self.keys[key_id]
        except KeyError:
            raise KeysMissing(
                "something stored was encrypted with a key that the keys file does not hold",
                hint="Put the file's older version back, or the backup of the keys.",
            ) from None

    def with_new(self) -> KeyRing:
        """One more key, which becomes the active one."""
        name = f"k{secrets.token_hex(4)}"
        return KeyRing(name, {**self.keys, name: secrets.token_bytes(KEY_BYTES)})

    def only_active(self) -> KeyRing:
        return KeyRing(self.active, {self.active: self.keys[self.active]})


def new_ring() -> KeyRing:
    return KeyRing("", {}).with_new()


def load(path: Path | None) -> KeyRing:
    """Raises KeysMissing: no file, one that others can read, or one that is not ours."""
    if path is None:
        raise KeysMissing("no encryption keys are set")
    try:
        found = path.stat()
        content = json.loads(path.read_text("utf-8"))
        ring = KeyRing(
            content["active"],
            {name: base64.b64decode(key, validate=True) for name, key in content["keys"].items()},
        )
    except OSError as error:
        raise KeysMissing(f"the keys file could not be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise KeysMissing("the keys file is not one that anamnese wrote") from None
    if os.name == "posix" and open_to_others(found, os.geteuid()):
        raise KeysMissing("other users can read the keys file", hint="Run: chmod 600 on it.")
    if ring.active not in ring.keys or any(len(key) != KEY_BYTES for key in ring.keys.values()):
        raise KeysMissing("the keys file is not one that anamnese wrote")
    return ring


def open_to_others(found: os.stat_result, user: int) -> bool:
    """Whether more than one user can read the file, or one that is not its owner can write it.

    What root owns and one group may read is how an orchestrator hands a secret to a user that it
    is not the owner of.
    """
    lent = found.st_uid == 0 and user != 0
    allowed = stat.S_IRWXU | (stat.S_IRGRP if lent else 0)
    return bool(stat.S_IMODE(found.st_mode) & ~allowed)


def save(ring: KeyRing, path: Path) -> None:
    """Whole or not at all, readable by this user only. Raises StorageError."""
    keys = {name: base64.b64encode(key).decode() for name, key in ring.keys.items()}
    write(path, json.dumps({"active": ring.active, "keys": keys}, indent=2) + "\n")
