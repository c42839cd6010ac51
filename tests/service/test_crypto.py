"""What is stored cannot be read, altered, cut, reordered or moved without being noticed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.errors import StorageError
from jobs.errors import Damaged, KeysMissing
from jobs.store import keys, sealed_file
from jobs.store.crypto import key_of, seal, unseal
from jobs.store.keys import KeyRing, new_ring
from jobs.store.sealed_file import CHUNK, SealedWriter

RING = new_ring()


@given(st.binary(max_size=5000), st.text(max_size=50))
def test_a_blob_opens_in_its_place_only(content: bytes, context: str) -> None:
    blob = seal(content, context, RING)
    assert unseal(blob, context, RING) == content
    with pytest.raises(Damaged):
        unseal(blob, context + "x", RING)


@given(st.binary(min_size=1, max_size=200), st.data())
def test_any_flipped_bit_of_a_blob_is_noticed(content: bytes, data: st.DataObject) -> None:
    blob = bytearray(seal(content, "c", RING))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((Damaged, KeysMissing)):
        unseal(bytes(blob), "c", RING)


@given(st.binary(max_size=100))
def test_what_is_not_ours_is_damaged(content: bytes) -> None:
    with pytest.raises((Damaged, KeysMissing)):
        unseal(content, "c", RING)
    with pytest.raises((Damaged, KeysMissing)):
        unseal(b"ANB1" + content, "c", RING)


def test_the_same_content_never_looks_the_same() -> None:
    assert seal(b"x" * 64, "c", RING)[-80:] != seal(b"x" * 64, "c", RING)[-80:]
    assert b"x" * 8 not in seal(b"x" * 64, "c", RING)


def test_another_key_does_not_open_it() -> None:
    other = KeyRing(RING.active, {RING.active: b"\x00" * 32})
    with pytest.raises(Damaged):
        unseal(seal(b"x", "c", RING), "c", other)
    with pytest.raises(KeysMissing):
        unseal(seal(b"x", "c", RING), "c", new_ring())


def written(path: Path, content: bytes, ring: KeyRing = RING, context: str = "a") -> Path:
    writer = SealedWriter(path, context, ring)
    for start in range(0, len(content), 300_000):
        writer.write(content[start : start + 300_000])
    writer.finish()
    return path


def opened(path: Path, context: str = "a", ring: KeyRing = RING) -> bytes:
    return b"".join(sealed_file.read(path, context, ring))


SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_back(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    path = written(tmp_path / "f", content[:size])
    assert opened(path) == content[:size]
    assert path.stat().st_mode & 0o077 == 0
    assert content[:64] not in path.read_bytes() or size == 0


def chunks(path: Path) -> tuple[bytes, list[bytes]]:
    """Header, and the chunks with their lengths."""
    raw = path.read_bytes()
    place = 4 + 1 + raw[4] + 16
    head, parts = raw[:place], []
    while place < len(raw):
        length = 4 + int.from_bytes(raw[place : place + 4], "big")
        parts.append(raw[place : place + length])
        place += length
    return head, parts


@pytest.mark.parametrize("change", ["last", "first", "swap", "twice", "cut", "longer", "empty"])
def test_cut_or_reordered_files_are_noticed(tmp_path: Path, change: str) -> None:
    path = written(tmp_path / "f", bytes(3 * CHUNK + 7))
    head, parts = chunks(path)
    assert len(parts) == 4
    changed = {
        "last": parts[:-1],
        "first": parts[1:],
        "swap": [parts[1], parts[0], *parts[2:]],
        "twice": [parts[0], parts[0], *parts[2:]],
        "cut": [*parts[:-1], parts[-1][:-1]],
        "longer": [*parts, parts[-1]],
        "empty": [],
    }[change]
    path.write_bytes(head + b"".join(changed))
    with pytest.raises(Damaged):
        opened(path)


@given(st.data())
def test_any_flipped_bit_of_a_file_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = written(tmp_path_factory.mktemp("f") / "f", b"what was said" * 9)
    raw = bytearray(path.read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(bytes(raw))
    with pytest.raises((Damaged, KeysMissing)):
        opened(path)


def test_a_file_of_another_consultation_does_not_open(tmp_path: Path) -> None:
    path = written(tmp_path / "f", b"x")
    with pytest.raises(Damaged):
        opened(path, "b")


def test_discarded_uploads_leave_nothing(tmp_path: Path) -> None:
    writer = SealedWriter(tmp_path / "o" / "f", "a", RING)
    writer.write(bytes(2 * CHUNK))
    writer.discard()
    writer.discard()
    assert list((tmp_path / "o").iterdir()) == []


def test_a_file_is_there_only_when_finished(tmp_path: Path) -> None:
    writer = SealedWriter(tmp_path / "f", "a", RING)
    writer.write(b"x")
    with pytest.raises(StorageError):
        opened(tmp_path / "f")
    writer.finish()
    assert opened(tmp_path / "f") == b"x"


def test_reseal_changes_the_key_and_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path / "f", b"y" * (CHUNK + 5))
    newer = RING.with_new()
    sealed_file.reseal(path, "a", newer)
    assert sealed_file.key_of(path) == newer.active != RING.active
    assert opened(path, ring=newer.only_active()) == b"y" * (CHUNK + 5)


@pytest.mark.parametrize(
    ("mode", "owner", "user", "is_open"),
    [
        (0o600, 10001, 10001, False),
        (0o400, 0, 0, False),
        (0o640, 10001, 10001, True),
        (0o440, 0, 10001, False),  # as an orchestrator mounts a secret
        (0o460, 0, 10001, True),
        (0o444, 0, 10001, True),
        (0o440, 0, 0, True),
        (0o440, 500, 10001, True),
    ],
)
def test_who_may_read_a_keys_file(mode: int, owner: int, user: int, is_open: bool) -> None:
    found = os.stat_result((mode | 0o100000, 1, 1, 1, owner, 10001, 10, 0, 0, 0))
    assert keys.open_to_others(found, user) == is_open


def test_keys_file(tmp_path: Path) -> None:
    path = tmp_path / "k"
    ring = new_ring().with_new()
    keys.save(ring, path)
    assert keys.load(path) == ring
    assert key_of(seal(b"", "", ring)) == ring.active
    assert "keys" in repr(ring)
    assert all(
        key.hex() not in repr(ring) and str(key) not in repr(ring) for key in ring.keys.values()
    )
    path.chmod(0o640)
    with pytest.raises(KeysMissing, match="other users"):
        keys.load(path)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"active": "a", "keys": {}}', '{"active":"a","keys":{"a":"eA=="}}', "\x00"],
)
def test_bad_keys_files(tmp_path: Path, content: str) -> None:
    path = tmp_path / "k"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeysMissing):
        keys.load(path)


def test_keys_are_never_defaulted(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing):
        keys.load(None)
    with pytest.raises(KeysMissing):
        keys.load(tmp_path / "none")
