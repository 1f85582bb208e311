"""Clients that change metadata on its way."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from honest import Honest
from labels import wrong

if TYPE_CHECKING:
    from steps import Answer, Entry

DEEPEST = 3
SAFE_INTEGER = 2**53
INT64 = 2**63


class Rewriting(Honest):
    """Sends `value(each)` for each value in the metadata, from the innermost outwards."""

    def value(self, value: Any) -> Any:  # noqa: ANN401 - a JSON value
        """What is sent for a value whose own values were rewritten already."""
        raise NotImplementedError

    def rewritten(self, value: Any) -> Any:  # noqa: ANN401 - a JSON value
        """A value and all that it holds, rewritten."""
        if isinstance(value, dict):
            return self.value({key: self.rewritten(held) for key, held in value.items()})
        if isinstance(value, list):
            return self.value([self.rewritten(held) for held in value])
        return self.value(value)

    def wire(self, entry: Entry) -> Entry:
        """An entry as it is sent."""
        metadata = entry.get("metadata")
        return super().wire(entry if metadata is None else {**entry, "metadata": self.rewritten(metadata)})


@wrong("SEND-METADATA", "writes numbers as strings")
class StringsNumbers(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@wrong("SEND-METADATA", "writes booleans as 1 and 0")
class NumbersBooleans(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        return int(value) if isinstance(value, bool) else value


@wrong("SEND-METADATA", "leaves out keys whose value is null, in nested objects too")
class DropsNulls(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        return {key: held for key, held in value.items() if held is not None} if isinstance(value, dict) else value


@wrong("SEND-METADATA", "leaves out keys whose value counts as false: 0, an empty string, false")
class DropsFalse(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        return {key: held for key, held in value.items() if held} if isinstance(value, dict) else value


@wrong("SEND-METADATA", "writes keys in lower case")
class LowersKeys(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        return {key.lower(): held for key, held in value.items()} if isinstance(value, dict) else value


@wrong("SEND-METADATA", "writes camelCase keys in snake_case")
class SnakesKeys(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        if not isinstance(value, dict):
            return value
        return {re.sub("(?<=[a-z0-9])([A-Z])", r"_\1", key).lower(): held for key, held in value.items()}


@wrong("SEND-METADATA", "leaves out keys that begin with an underscore or a dollar: its database reserves them")
class DropsReservedKeys(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        if not isinstance(value, dict):
            return value
        return {key: held for key, held in value.items() if not key.startswith(("_", "$"))}


@wrong("SEND-METADATA", "rounds numbers to six places")
class Rounds(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        return round(value, 6) if isinstance(value, float) else value


@wrong("SEND-METADATA", "reads strings that look like numbers or booleans, as YAML does")
class ReadsStrings(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        if isinstance(value, str) and re.fullmatch("true|false|null|-?(0|[1-9][0-9]{0,8})", value):
            return json.loads(value)
        return value


@wrong("SEND-METADATA", "unwraps lists of one")
class UnwrapsLists(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        return value[0] if isinstance(value, list) and len(value) == 1 else value


@wrong("SEND-METADATA", "sorts lists of strings: they are tags")
class SortsTags(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        tags = isinstance(value, list) and all(isinstance(held, str) for held in value)
        return sorted(value) if tags else value


@wrong("SEND-WIDE-INTEGERS", "holds numbers as doubles, as JavaScript does")
class Doubles(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        return int(float(value)) if type(value) is int and SAFE_INTEGER < abs(value) < INT64 else value


@wrong("SEND-WIDE-INTEGERS", "holds numbers in 64 bits, and lets larger ones come round")
class Wraps(Rewriting):
    def value(self, value: Any) -> Any:  # noqa: ANN401 - as in Rewriting
        return (value + INT64) % (2 * INT64) - INT64 if type(value) is int else value


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


@wrong("SEND-METADATA", "writes what is nested deeper than three levels as a string of JSON")
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


@wrong("SEND-METADATA", "lifts keys that are fields of a message out of metadata")
class LiftsKeys(Honest):
    def wire(self, entry: Entry) -> Entry:
        metadata = entry.get("metadata") or {}
        return super().wire({**entry, "metadata": {key: held for key, held in metadata.items() if key not in entry}})


@wrong("SEND-METADATA", "joins metadata of messages with equal contents: it looks them up by what was said")
class LooksMetadataUp(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        said = {entry["content"]: entry.get("metadata") for entry in entries}
        return super().record([{**entry, "metadata": said[entry["content"]]} for entry in entries])
