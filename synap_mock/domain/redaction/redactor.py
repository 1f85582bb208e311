"""Keys and tokens in texts that leave the process: found in any common spelling, and masked.

Two kinds are found. A text that has the form of the vendor's keys is masked whether or not the key is known. Any other
key or token is masked once it was issued here, or sent in the headers of the request that the text is about.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from synap_mock.domain.redaction.needles import SHORTEST, Needles
from synap_mock.domain.redaction.spellings import escaped, readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from synap_mock.domain.redaction.needles import Found
    from synap_mock.domain.redaction.spellings import Reading

_PREFIX: Final = "synap_"
_KEY_FORM: Final = re.compile(rf"{_PREFIX}(?:(?=[A-Za-z_-]*[0-9])[0-9A-Za-z_-]{{8,}}|[0-9A-Za-z_-]{{24,}})")
"""The form of the vendor's keys. ``synap_contracts`` is the name of a module."""
_CUT_FORM: Final = re.compile(rf"{_PREFIX}[0-9A-Za-z_-]*\Z")
_HALF_ESCAPE: Final = re.compile(r"(?:%[2-7]?|\\(?:u[0-9A-Fa-f]{0,3}|x[0-9A-Fa-f]?)?|&[#A-Za-z0-9]{0,8})\Z")
_HEXADECIMAL: Final = re.compile(r"[0-9A-Fa-f-]{0,64}")
"""Such as the UUID of a correlation id, which every call has: no escape and no vendor's key is in it."""
_CUT_QUOTE: Final = re.compile(r"(?<=['\"])\.\.\.")
"""How `synap_mock.domain.values.quoting` ends a value that it has cut."""
_QUOTES: Final = 1000
"""Most cut values that a message is searched for."""
_GONE: Final = 1000
"""The fewest secrets that are forgotten together: then the others are learned again."""
_SHOWN_END: Final = 4
_LONG_ENOUGH_TO_SHOW_ENDS: Final = 16
_SAFE_END: Final = re.compile(r"[0-9A-Za-z_.~=+/-]+")
"""Characters that mean nothing in JSON and HTML."""
_OWN_WORDS: Final = (
    "/v1/conversations/messages/batch /api/v1/auth/whoami /v1/telemetry/batch localhost 127.0.0.1 "
    "authorization bearer content-type content-length application/json user-agent connection keep-alive "
    "accept-encoding x-instance-id x-client-id x-correlation-id x-ratelimit-remaining retry-after "
    "messages conversation_id assistant content user_id customer_id session_id metadata "
    "message_id recorded_at conversation_message_count succeeded results client_id instance_id position timestamp "
    "details unauthorized credential_invalid forbidden invalid_input rate_limited not_modelled"
)
"""A key that is one of the API's own words is not searched for: a journal without them could not be read."""


def mask(secret: str) -> str:
    """A key as it may be shown: its beginning and its last four characters; of a short one, nothing."""
    end = secret[-_SHOWN_END:]
    if len(secret) < _LONG_ENOUGH_TO_SHOW_ENDS or not _SAFE_END.fullmatch(end):
        return "..."
    return f"{_PREFIX if secret.startswith(_PREFIX) else ''}...{end}"


class Redactor:
    """Masks keys and tokens in texts.

    Args:
        secrets: what is masked in addition to the vendor's form.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._needles: tuple[Needles, ...] = (Needles(),)
        self._gone: dict[str, None] = {}
        """Secrets that no longer exist, the oldest first: what mentions one is masked for a while."""
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Mask this from now on; see `is_searchable`."""
        if is_searchable(secret):
            self._gone.pop(secret, None)
            _add(self._needles[0], secret)

    def forget(self, secret: str) -> None:
        """Take note that a secret no longer exists. It is masked until as many others are forgotten as are known."""
        if not is_searchable(secret):
            return
        self._gone[secret] = None
        known = self._needles[0].secrets()
        if len(self._gone) > max(_GONE, len(known) // 2):
            own = Needles()
            for each in known - self._gone.keys():
                _add(own, each)
            self._needles = (own, *self._needles[1:])
            self._gone.clear()

    def also(self, secrets: Iterable[str]) -> Redactor:
        """A redactor that masks these too, for one request: its own credentials."""
        new = [
            secret
            for secret in secrets
            if is_searchable(secret) and not any(secret in needles for needles in self._needles)
        ]
        if not new:
            return self
        redactor = Redactor(new)
        redactor._needles += self._needles
        return redactor

    def redact(self, text: str, *, cut: bool = False) -> str:
        """`text` with every key and token in it masked.

        Args:
            text: any text.
            cut: whether it is the beginning of a longer one, so that it may end in the middle of a key.
        """
        if not cut and not any(self._needles) and _HEXADECIMAL.fullmatch(text):
            return text
        return _redacted(text, self._needles, cut=cut)

    def redact_message(self, text: str) -> str:
        """The same for a message that may quote values that were cut: each may end in the middle of a key."""
        if "..." not in text:
            return self.redact(text)
        *begun, last = _CUT_QUOTE.split(text, _QUOTES)
        return "...".join([*(self.redact(part, cut=True) for part in begun), self.redact(last)])

    def redact_all(self, texts: Sequence[str]) -> Sequence[str]:
        """Several short texts, each with every key and token in it masked."""
        together = "\n".join(texts)
        return texts if self.redact(together) == together else [self.redact(text) for text in texts]


def is_searchable(secret: str) -> bool:
    """Whether a text is searched for this secret.

    Not for one of fewer than 8 characters, nor for one that is a word of the API: they occur in texts that have nothing
    to do with it. Not for one in the vendor's form: that is always found.
    """
    return len(secret) >= SHORTEST and secret.lower() not in _OWN_WORDS and not _KEY_FORM.fullmatch(secret)


def masked_form(text: str) -> str:
    """`text` with what has the form of the vendor's keys masked, for texts about values that no fake knows yet."""
    return _redacted(text, (), cut=False)


def _add(needles: Needles, secret: str) -> None:
    for reading in readings(secret):  # a key may have %41 in it, which is decoded wherever it stands
        for spelling in {reading.text, reading.text.lower(), *escaped(reading.text)}:  # lower: in a header's name
            needles.add(spelling, secret)
    for core in _base64(secret):
        needles.add(core, secret)


def _base64(secret: str) -> set[str]:
    """What base64 makes of a secret, wherever it begins in what is encoded: the characters that depend on it alone."""
    cores = set()
    for before in range(3):
        encoded = b64encode(b"\0" * before + secret.encode() + b"\0\0").decode("ascii")
        core = encoded[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]
        cores |= {core, core.translate(_URL_SAFE)}
    return cores


_URL_SAFE: Final = str.maketrans("+/", "-_")
_FORMS: Final = (
    (_PREFIX, _KEY_FORM),
    *((core, re.compile(rf"{core}[0-9A-Za-z+/_-]{{10,}}")) for core in sorted(_base64(_PREFIX))),
)
"""What the vendor's keys begin with, verbatim and in base64."""


def _redacted(text: str, needles: Iterable[Needles], *, cut: bool) -> str:
    spans: list[Found] = []
    for reading in readings(text):
        spans += [(*reading.origin(start, stop), mask) for start, stop, mask in _found(reading.text, needles)]
        if cut:
            spans += _cut(reading, needles)
    if not spans:
        return text
    parts = []
    at = 0
    for start, stop, shown in _merged(spans):
        parts += [text[at:start], shown]
        at = stop
    return "".join([*parts, text[at:]])


def _found(text: str, needles: Iterable[Needles]) -> Iterator[Found]:
    """Where secrets stand, each with its mask."""
    for beginning, form in _FORMS:
        if beginning in text:
            for match in form.finditer(text):
                yield match.start(), match.end(), mask(match[0])
    for each in needles:
        for start, stop, secret in each.find(text):
            yield start, stop, mask(secret)


def _cut(reading: Reading, needles: Iterable[Needles]) -> Iterator[Found]:
    """The end of a text that was cut, where it is the beginning of a secret."""
    whole = _HALF_ESCAPE.sub("", reading.text).rstrip("'\"")
    match = _CUT_FORM.search(whole)
    found = [(match.start(), match.end(), "")] if match else []
    for each in needles:
        found += each.find_cut(whole)
    for start, stop, _ in found:
        yield *reading.origin(start, stop), "..."


def _merged(spans: list[Found]) -> Iterator[Found]:
    """Spans that don't overlap; of those that do, the mask of the longest."""
    spans.sort(key=lambda span: (span[0], -span[1]))
    start, stop, shown = spans[0]
    longest = stop - start
    for begin, end, mask in spans[1:]:
        if begin < stop:
            if end - begin > longest:
                longest, shown = end - begin, mask
            stop = max(stop, end)
        else:
            yield start, stop, shown
            start, stop, shown, longest = begin, end, mask, end - begin
    yield start, stop, shown
