"""Ids that carry their own index: nothing is stored, however large the organisation.

A UUID is `index XOR mask` (32 bits) followed by a keyed hash of the index. The hash is checked on the way
back, so a made-up id is refused as Webex refuses one.
"""

from __future__ import annotations

import base64
import binascii
from hashlib import blake2b

__all__ = ["EntityIds", "draw", "hydra"]

_UUID_LENGTH = 36
_INDEX_DIGITS = 8  # hex digits of a UUID that hold the index


def draw(seed: int, *parts: object) -> int:
    """Return 64 repeatable random bits: the same *seed* and *parts* always give the same."""
    text = "\x1f".join(map(str, (seed, *parts)))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


def hydra(prefix: str, key: str, *, padded: bool = False) -> str:
    """Return the Hydra id of *key*: urlsafe base64 of `<prefix><key>`, without `=` unless *padded*."""
    text = base64.urlsafe_b64encode(f"{prefix}{key}".encode()).decode()
    return text if padded else text.rstrip("=")


class EntityIds:
    """The ids of *count* entities of one kind.

    prefix: what stands before the UUID inside a Hydra id, `ciscospark://us/PEOPLE/`.
    padded: whether Webex shows this kind's ids with their `=` padding (workspaces: yes).
    """

    def __init__(self, prefix: str, *, seed: int, count: int, padded: bool = False) -> None:
        self._prefix = prefix
        self._count = count
        self._padded = padded
        self._removed: set[int] = set()
        self._key = f"{seed}:{prefix}".encode()
        self._mask = int.from_bytes(blake2b(self._key, digest_size=4).digest())

    def __contains__(self, index: int) -> bool:
        return index < self._count and index not in self._removed

    @property
    def count(self) -> int:
        """How many there have ever been: the next one added gets this index."""
        return self._count

    @property
    def removed(self) -> frozenset[int]:
        """The indexes of those that are gone."""
        return frozenset(self._removed)

    def add(self) -> int:
        """Return the index of one more."""
        self._count += 1
        return self._count - 1

    def remove(self, index: int) -> None:
        """Forget the entity with this *index*: its id is refused from now on, and never given again."""
        self._removed.add(index)

    def uuid(self, index: int) -> str:
        """Return the bare UUID (version 4 in form) of the entity with this *index*."""
        head = index ^ self._mask
        tail = blake2b(head.to_bytes(4), digest_size=12, key=self._key[:64]).hexdigest()
        return f"{head:08x}-{tail[:4]}-4{tail[5:8]}-a{tail[9:12]}-{tail[12:]}"

    def hydra(self, index: int) -> str:
        """Return the id as Webex shows it."""
        return hydra(self._prefix, self.uuid(index), padded=self._padded)

    def index(self, text: str) -> int | None:
        """Return the index behind a Hydra id (padded or not) or a UUID; None for anything else."""
        uuid = text.lower() if len(text) == _UUID_LENGTH else self._uuid_of_hydra(text)
        try:
            index = int(uuid[:_INDEX_DIGITS], 16) ^ self._mask
        except ValueError:
            return None
        return index if index in self and self.uuid(index) == uuid else None

    def _uuid_of_hydra(self, text: str) -> str:
        bare = text.rstrip("=")
        try:
            uri = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode()
        except (binascii.Error, UnicodeError, ValueError):
            return ""
        return uri.removeprefix(self._prefix) if uri.startswith(self._prefix) else ""
