"""Ids: those that the fake generates, and UUIDs, which it checks."""

from __future__ import annotations

import hashlib
import itertools
import random
import re
import secrets
import string
import uuid
from typing import Any, Final

from synap_mock.domain.values.sources import current_source

_HEX: Final = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}"
_LETTERS: Final = string.ascii_letters + string.digits
_UUID: Final = re.compile(rf"(?:urn:uuid:)?({_HEX})|\{{({_HEX})\}}")


def canonical_uuid(text: str) -> str | None:
    """The canonical spelling of a UUID: 36 characters, lower case. None if `text` is not a UUID.

    Accepted are 8-4-4-4-12 with hyphens and 32 digits, in ASCII hex of any case, either of them also in braces
    or after ``urn:uuid:``. Source: what the SDK lets through, less the accidents of Python's parser.
    """
    match = _UUID.fullmatch(text)
    if match is None:
        return None
    digits = (match[1] or match[2]).replace("-", "").lower()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def conversation_uuid(text: str) -> str:
    """The conversation id that stands for any string: a UUID's canonical spelling, else a UUID made from the text.

    It is version 5, in the namespace of URLs, over the text in UTF-8: ``uuid.uuid5(uuid.NAMESPACE_URL, text)``, as the
    vendor's production checklist recommends to clients. A lone surrogate counts as its three bytes.
    """
    canonical = canonical_uuid(text)
    if canonical is not None:
        return canonical
    name = uuid.NAMESPACE_URL.bytes + text.encode("utf-8", "surrogatepass")
    return str(uuid.UUID(bytes=hashlib.sha1(name, usedforsecurity=False).digest()[:16], version=5))


def api_key() -> str:
    """A fresh key in the documented form, ``synap_`` and about 60 characters.

    Random even with a seed, since an SDK keeps a registry and files per key and instance.
    """
    return f"synap_{current_source().bits(240):060x}"


def control_token() -> str:
    """A new token for the control API."""
    return secrets.token_urlsafe(24)


def client_id() -> str:
    """A fresh client id: ``cli_`` and 16 hex digits."""
    return f"cli_{current_source().bits(64):016x}"


def instance_id() -> str:
    """A fresh instance id: ``inst_`` and 16 hex digits."""
    return f"inst_{current_source().bits(64):016x}"


class Ids:
    """The ids of messages, sessions and responses. With a seed they repeat, also after `restart`.

    A message's id is a prefix and its number, so that the store need not keep it. Ids are opaque, and these show who
    takes them for something else: both cases are in them, they are longer than a UUID, and they don't rise.
    """

    def __init__(self, seed: int | None) -> None:
        self.seed = seed
        self.restart()

    def restart(self) -> None:
        """Start again: with a seed the same ids, without one different ids."""
        # Not SystemRandom, which asks the system once for each letter.
        source = random.Random(current_source().bits(128) if self.seed is None else self.seed)  # noqa: S311 - ids are not secret
        self._prefix = f"msg_{''.join(source.choices(_LETTERS, k=28))}"
        self._mask = 1 << 27 | source.getrandbits(24) << 3 | 0b101  # of the last bits, so that neighbours change places
        self._source = source
        self._correlations = itertools.count(1)

    def snapshot(self) -> tuple[Any, ...]:
        """What the next ids depend on, for `restore`."""
        following = next(self._correlations)
        self._correlations = itertools.count(following)
        state = self._source.getstate() if self.seed is not None else None
        return self._prefix, self._mask, state, following

    def restore(self, held: tuple[Any, ...]) -> None:
        """Go on from a snapshot; without a seed, sessions have different ids again."""
        self._prefix, self._mask, state, following = held
        self._correlations = itertools.count(following)
        if state is not None:
            self._source.setstate(state)

    @property
    def of_messages(self) -> tuple[str, int]:
        """What the ids of messages are made of, in addition to their numbers: a prefix and a mask."""
        return self._prefix, self._mask

    def continue_messages(self, prefix: str, mask: int) -> None:
        """Make the ids of messages from another prefix and mask.

        With a seed, other ids are different from those that the same seed has made before: what has that prefix may
        have brought some of them along.
        """
        self._prefix, self._mask = prefix, mask
        self.diverge(prefix)

    def diverge(self, text: str) -> None:
        """With a seed, make other sessions and UUIDs from now on than without this call, or with another text."""
        if self.seed is not None:
            self._source = random.Random(f"{self.seed} {text}")  # noqa: S311 - ids are not secret

    def message(self, number: int) -> str:
        """The id of the message that was recorded as the `number`-th."""
        return f"{self._prefix}{number ^ self._mask:x}"

    def messages(self, first: int, count: int) -> list[str]:
        """The ids of `count` messages recorded one after the other, from the `first` on."""
        prefix, mask = self._prefix, self._mask
        return [f"{prefix}{number ^ mask:x}" for number in range(first, first + count)]

    def session(self) -> str:
        """A session id, for *record one* without one."""
        return f"sess_{self._source.getrandbits(64):016x}"

    def uuid(self) -> str:
        """The id of a memory, of an ingestion or of anything else that the vendor names by a UUID."""
        return str(uuid.UUID(int=self._source.getrandbits(128), version=4))

    def correlation(self) -> str:
        """A correlation id, for a request without a usable one."""
        return f"mock_{self._prefix[4:16]}_{next(self._correlations):x}"
