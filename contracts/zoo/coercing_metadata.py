"""Clients that change metadata."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from honest import Honest
from labels import wrong, wrong_variants

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from steps import Answer, Entry

DEEPEST = 3
SAFE_INTEGER = 2**53
INT64 = 2**63


class Rewriting(Honest):
    """Sends `change(value)` for each value in the metadata, from the innermost outwards."""

    change: Callable[[Any], Any]

    def rewrite(self, value: Any) -> Any:  # noqa: ANN401 - a JSON value
        """Return a value and all that it contains, changed."""
        if isinstance(value, dict):
            return self.change({key: self.rewrite(held) for key, held in value.items()})
        if isinstance(value, list):
            return self.change([self.rewrite(held) for held in value])
        return self.change(value)

    def wire(self, entry: Entry) -> Entry:
        """Return an entry as it is sent."""
        metadata = entry.get("metadata")
        return super().wire(entry if metadata is None else {**entry, "metadata": self.rewrite(metadata)})


def keys(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - a JSON value
    """Change the keys of an object."""
    return {change(key): held for key, held in value.items()} if isinstance(value, dict) else value


def select(value: Any, keeps: Callable[[str, Any], bool]) -> Any:  # noqa: ANN401 - a JSON value
    """Drop keys of an object."""
    return {key: held for key, held in value.items() if keeps(key, held)} if isinstance(value, dict) else value


def snake(key: str) -> str:
    """Write a key in snake_case."""
    return re.sub("(?<=[a-z0-9])([A-Z])", r"_\1", key).lower()


def read_string(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """Parse a string like YAML."""
    typed = isinstance(value, str) and re.fullmatch("true|false|null|-?(0|[1-9][0-9]{0,8})", value)
    return json.loads(value) if typed else value


def is_strings(value: Any) -> bool:  # noqa: ANN401 - a JSON value
    """Return whether a value is a list of strings."""
    return isinstance(value, list) and all(isinstance(held, str) for held in value)


# fmt: off
VARIANTS: Mapping[str, tuple[str, str, Callable[[Any], Any]]] = {
    "StringsNumbers": ("SEND-METADATA", "writes numbers as strings",
        lambda value: str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value),
    "NumbersBooleans": ("SEND-METADATA", "writes booleans as 1 and 0",
        lambda value: int(value) if isinstance(value, bool) else value),
    "DropsNulls": ("SEND-METADATA", "drops keys whose value is null, in nested objects too",
        lambda value: select(value, lambda _, held: held is not None)),
    "DropsFalse": ("SEND-METADATA", "drops keys whose value is falsy: 0, an empty string, false",
        lambda value: select(value, lambda _, held: bool(held))),
    "LowersKeys": ("SEND-METADATA", "writes keys in lower case", lambda value: keys(value, str.lower)),
    "SnakesKeys": ("SEND-METADATA", "writes camelCase keys in snake_case", lambda value: keys(value, snake)),
    "DropsReservedKeys": ("SEND-METADATA", "drops keys that begin with an underscore or a dollar sign",
        lambda value: select(value, lambda key, _: not key.startswith(("_", "$")))),
    "Rounds": ("SEND-METADATA", "rounds numbers to six places",
        lambda value: round(value, 6) if isinstance(value, float) else value),
    "ReadsStrings": ("SEND-METADATA", "parses strings that look like numbers or booleans, like YAML", read_string),
    "UnwrapsLists": ("SEND-METADATA", "unwraps lists with one item",
        lambda value: value[0] if isinstance(value, list) and len(value) == 1 else value),
    "SortsTags": ("SEND-METADATA", "sorts lists of strings, which it considers tags",
        lambda value: sorted(value) if is_strings(value) else value),
    "Doubles": ("SEND-WIDE-INTEGERS", "stores numbers as doubles, like JavaScript",
        lambda value: int(float(value)) if type(value) is int and SAFE_INTEGER < abs(value) < INT64 else value),
    "Wraps": ("SEND-WIDE-INTEGERS", "stores numbers in 64 bits, where larger ones overflow",
        lambda value: (value + INT64) % (2 * INT64) - INT64 if type(value) is int else value),
}
# fmt: on
globals().update(wrong_variants(Rewriting, "change", VARIANTS))


@wrong("SEND-METADATA", "flattens nested objects to keys with dots")
class Flattens(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "metadata": dict(self.flat(entry.get("metadata") or {}))})

    def flat(self, metadata: dict[str, Any], path: str = "") -> list[tuple[str, Any]]:
        found = []
        for key, value in metadata.items():
            nested = isinstance(value, dict) and value
            found.extend(self.flat(value, f"{path}{key}.") if nested else [(path + key, value)])
        return found


@wrong("SEND-METADATA", "serializes values nested deeper than three levels")
class WritesTheDeepAsText(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "metadata": self.shallow(entry.get("metadata") or {}, 1)})

    def shallow(self, value: Any, depth: int) -> Any:  # noqa: ANN401 - a JSON value
        if not isinstance(value, dict | list):
            return value
        if depth > DEEPEST:
            return json.dumps(value)
        if isinstance(value, list):
            return [self.shallow(held, depth + 1) for held in value]
        return {key: self.shallow(held, depth + 1) for key, held in value.items()}


@wrong("SEND-METADATA", "merges each message's metadata into the defaults that it shares with the others")
class SharesDefaults(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        shared: dict[str, Any] = {}
        sent = []
        for entry in entries:
            shared.update(entry.get("metadata") or {})
            sent.append({**entry, "metadata": dict(shared)})
        return super().record(sent)


@wrong("SEND-METADATA", "adds its own name to metadata")
class SignsMetadata(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "metadata": {**(entry.get("metadata") or {}), "client": "recorder/1.4"}})


@wrong("SEND-METADATA", "keeps metadata of users only")
class AssistantsHaveNoMetadata(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "metadata": entry.get("metadata") if entry["role"] == "user" else None})


@wrong("SEND-METADATA", "removes keys from metadata that are fields of the message")
class LiftsKeys(Honest):
    def wire(self, entry: Entry) -> Entry:
        metadata = entry.get("metadata") or {}
        return super().wire({**entry, "metadata": {key: held for key, held in metadata.items() if key not in entry}})


@wrong("SEND-METADATA", "looks metadata up by content: equal messages share it")
class LooksMetadataUp(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        said = {entry["content"]: entry.get("metadata") for entry in entries}
        return super().record([{**entry, "metadata": said[entry["content"]]} for entry in entries])


@wrong("IN-TYPES", "writes metadata that JSON does not have as text, such as dates")
class WritesDatesAsText(Honest):
    def check(self, index: int, entry: Entry) -> None:
        if isinstance(entry.get("metadata"), dict):
            entry["metadata"] = json.loads(json.dumps(entry["metadata"], default=str))
        super().check(index, entry)


@wrong("IN-TYPES", "writes keys of metadata that are numbers as strings")
class StringsKeys(Honest):
    def check(self, index: int, entry: Entry) -> None:
        if isinstance(entry.get("metadata"), dict):
            entry["metadata"] = {str(key): value for key, value in entry["metadata"].items()}
        super().check(index, entry)
