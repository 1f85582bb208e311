"""Metadata that clients are known to rewrite: keys with a meaning, keys that become equal, values of unusual types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_contracts.scenarios.kinds.kind import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

Json = Any

# fmt: off
_PREFIXES: Final = (
    "_", "__", "$", "$$", "@", "#", ".", "-", "!", "~", "x-", "X-", "x_", "ns:", "xml:", "data-", "sys_", "aws:",
    "internal_", "is_", "%", "&", "*", "+", "?", "/", "a/", "a.", "a:", "private_", "tmp_", "synap_",
)
_SUFFIXES: Final = ("", "", "_", "__", "$", "[]", "[0]", ".", "?", ":", "=", "*", " ", "_id", "_at", "__in", "Id", "#a")
_NAMES: Final = (
    "id", "ref", "type", "class", "schema", "context", "value", "name", "key", "date", "oid", "meta", "proto", "data",
    "default", "version", "json", "self", "a", "text", "source", "items", "set", "where", "timestamp", "init", "v",
)
_MEANINGS: Final = (
    "_id", "$ref", "$id", "$oid", "$date", "@type", "@id", "@context", "__class__", "__type__", "__proto__", "toJSON",
    "constructor", "prototype", "length", "py/object", "$type", "$schema", "id", "type", "class", "timestamp", "text",
    "created_at", "updated_at", "self", "kwargs", "trace_id", "tags", "version", "null", "true", "undefined", "nan",
    "createdAt", "updatedAt", "request_id", "cls", "args", "data", "url", "key", "value", "meta", "hidden", "private",
    "function", "tool_calls", "model", "usage", "embedding", "language", "locale", "lang", "ttl", "expires", "default",
    "items", "keys", "values", "get", "pop", "copy", "update", "extra", "exc_info", "message", "msg", "level", "user",
    "session", "score", "name", "title", "status", "error", "index", "order", "deleted", "parent", "children", "path",
    "hash", "#text", "__typename", "__v", "__init__", "xmlns", "$where", "$set", "@timestamp", "@version", "_source",
    "_index", "_type", "_meta", "_version", "hasOwnProperty", "valueOf", "then", "nonce", "checksum", "size", "format",
    "role", "content", "metadata", "user_id", "conversation_id", "customer_id", "session_id", "message_id",
)
_SECRETS: Final = (
    "password", "passwd", "secret", "token", "api_key", "apiKey", "authorization", "cookie", "ssn", "email", "phone",
    "card", "auth", "credentials", "private_key", "access_token", "pin", "ip", "address", "name", "client_secret",
    "apikey", "refresh_token", "session", "sid", "cvv", "dob", "credit_card", "card_number", "iban", "Set-Cookie",
    "X-Api-Key", "pwd", "passphrase", "signature", "csrf", "jwt", "bearer", "salt", "birthday", "username", "login",
)
_NUMBERS: Final = ("0", "1", "-1", "1.5", "007", "1e5", "10", "2", "2026", "0x1F", "9007199254740993", "1 000")
_EMPTY: Final[tuple[Json, ...]] = (
    None, "", [], {}, 0, False, " ", [None], [""], [[]], [{}], {"a": None}, {"a": ""}, {"": {}},
)
_TYPED: Final[tuple[Json, ...]] = (
    "true", "False", "null", "None", "1", "1.0", "1e5", "", "[]", "{}", '{"a": 1}', "[1]", "a,b", "2026-01-01",
    "2026-01-01T00:00:00Z", "NaN", "Infinity", "yes", "0x1F", "1,5", "12:30", "aGVsbG8=", "undefined", "0", "1.2.3",
    "017", "0o17", "1e-5", "-1", "+1", "1_000", "~", "on", "n", "2026-01-01 00:00:00", "20260101", "PT1H", "1h", "5%",
    "6F1B1D5E-7D0C-4C39-9E67-0B8F4C6F2A11", "6f1b1d5e7d0c4c399e670b8f4c6f2a11", '"a"', "'a'", " 1", "1 ", "1n", "a=b",
    "null ", "-Infinity", "9007199254740993", "1767225600000", "https://a.example", "#a", "{", "<a/>", "a: b", "- a",
)
_SCALARS: Final[tuple[Json, ...]] = (
    1.0, 0.1, 1.5, -0.0, 1e21, 1e-9, 123456789012, 0.30000000000000004, 2**31, 2**32, -(2**31) - 1, 2**53 - 1, 100,
    1.7976931348623157e308, True, 99.99, 1234567.891, 3.14159265358979, 1, -1, 0.5, 1e16, 1e-7, 2.5, 5e-324, -2**53 + 1,
    1767225600, 1767225600000, 127, 128, 255, 256, 32768, 65536, 2**31 - 1, 2**40, 0.1 + 0.7, 1 / 3, 1e15, 1e100,
)
_ALIKE: Final = (
    ("Key", "key", "KEY"), ("a_b", "aB", "a-b", "a b", "AB"), ("é", "e\u0301"), ("a", " a", "a "), ("1", "01", "1.0"),
    ("a.b", "a/b", "a:b"), ("ﬁ", "fi"), ("_a", "a", "__a"), ("a", "a\u200b"), ("ß", "ss", "SS"), ("$a", "a", "@a"),
)
# fmt: on


def _key(random: Random) -> str:
    return random.choice(_PREFIXES) + random.choice(_NAMES) + random.choice(_SUFFIXES)


def _values(values: tuple[Json, ...]) -> Callable[[Random], Json]:
    return lambda random: {f"k{n}": value for n, value in enumerate(random.sample(values, min(6, len(values))))}


def _keys(names: tuple[str, ...]) -> Callable[[Random], Json]:
    return lambda random: {name: word(random) for name in random.sample(names, min(6, len(names)))}


def _objects(random: Random) -> Json:
    """Draw an object as libraries serialize others: with one key that has a meaning."""
    return {random.choice(_MEANINGS): random.choice((word(random), 1, {"a": 1}, "2026-01-01T00:00:00Z"))}


def _lists(random: Random) -> Json:
    """Draw lists: of one item, with repetitions, unsorted, with items of several types, nested."""
    number = random.randint(2, 9)
    lists = (
        [number],
        [3, 1, 2],
        ["b", "a", "b"],
        [1, 1.5, "1"],
        [[1], [2, [3]]],
        [{"a": 1}, {"b": 2}],
        [True, 1],
        [[number]],
    )
    return {f"l{n}": each for n, each in enumerate(random.sample(lists, 4))}


STRUCTURES: Final[dict[str, Callable[[Random], Json]]] = {
    "keys with a prefix": lambda random: {_key(random): word(random) for _ in range(8)},
    "keys with a meaning": _keys(_MEANINGS),
    "objects with a meaning": _objects,
    "keys of secrets": _keys(_SECRETS),
    "keys that are numbers": _keys(_NUMBERS),
    "keys that are alike": lambda random: {name: n for n, name in enumerate(random.choice(_ALIKE))},
    "empty values": _values(_EMPTY),
    "texts that look like other types": _values(_TYPED),
    "numbers": _values(_SCALARS),
    "lists": _lists,
    "a single key": lambda random: {random.choice((*_MEANINGS, *_SECRETS, *_NUMBERS, "", _key(random))): 1},
}
"""Metadata by what is unusual in it."""


def whole_structures() -> Iterator[Json]:
    """Yield metadata that together have all keys and values: at the top, and inside of other metadata."""
    names = (*_MEANINGS, *_SECRETS, *_NUMBERS, *(f"{each}a" for each in _PREFIXES), *(f"a{each}" for each in _SUFFIXES))
    values = (*_EMPTY, *_TYPED, *_SCALARS)
    keyed: Json = {name: number for number, name in enumerate(names)}
    valued: Json = {f"k{number}": value for number, value in enumerate(values)}
    yield from (keyed, valued, {"a": keyed}, {"a": [valued]}, {"a": list(values)})
    yield {"a": [{name: "2026-01-01T00:00:00Z"} for name in names]}
    yield {"a": [{name: 1, "b": 2} for name in names]}
    yield {str(number): "a" for number in range(3)}


def structure(name: str, random: Random) -> Json:
    """Draw metadata of a kind, sometimes inside of other metadata."""
    value = STRUCTURES[name](random)
    return random.choice((value, value, {"a": value}, {"a": [value, {"b": value}]}))
