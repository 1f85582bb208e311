"""The file of known failures: TOML, with a table ``[[known]]`` for each."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Annotated, Final, Literal, NotRequired, TypedDict

from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.client.checking.types import fields_of, problems
from synap_contracts.client.releases import version_key
from synap_contracts.runs.result import KnownFailure
from synap_contracts.scenarios.serialization import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from synap_contracts.scenarios.model import Json


PLACEHOLDER: Final = "TODO: state why this failure is accepted"
"""The reason in entries that --accept writes."""


class KnownEntry(TypedDict):
    """A known failure."""

    clause: Annotated[str, "The violated clause."]
    kind: Annotated[str, "The kind of failure, as the report of --accept names it."]
    reason: Annotated[str, "Why it is accepted. It must not be empty. --strict rejects the placeholder of --accept."]
    example: Annotated[str, "The scenario that is replayed, as JSON."]
    link: NotRequired[Annotated[str, "A link to more information."]]
    since: NotRequired[Annotated[str, "The first release of the client that has the failure."]]
    until: NotRequired[Annotated[str, "The last release of the client that has the failure."]]
    dialect: NotRequired[Annotated[Literal["documented", "observed"], "The dialect of the server."]]


class KnownFile(TypedDict):
    """The content of the file."""

    known: NotRequired[list[KnownEntry]]


_FIELDS: Final = fields_of(KnownEntry)
_REQUIRED: Final = tuple(name for name, (_, required, _) in _FIELDS.items() if required)


class InvalidFile(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """The file of known failures cannot be used. The text states where and why."""


def refuse(text: str) -> None:
    """Reject a file.

    Raises:
        InvalidFile: Always.
    """
    raise InvalidFile(text)


def load(file: Path, placeholders: Callable[[str], object] = refuse) -> tuple[KnownFailure, ...]:
    """Return the known failures that a file lists.

    Args:
        file: The file.
        placeholders: Called with a text if entries have the reason that --accept wrote.

    Raises:
        InvalidFile: The file cannot be read, or an entry is invalid.
    """
    try:
        text = file.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise InvalidFile(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:  # neither UTF-8 nor TOML
        raise InvalidFile(f"{file} is not TOML: {error}") from error
    entries = content.get("known", [])
    if content.keys() - {"known"} or not isinstance(entries, list):
        raise InvalidFile(f"{file} is not a list of known failures; expected only tables [[known]]")
    places = _places(text, len(entries))
    known = tuple(_parse(f"{file}, {place}", each) for place, each in zip(places, entries, strict=True))
    for number, (place, each) in enumerate(zip(places, known, strict=True)):
        if any(each.name == other.name and _overlap(each, other) for other in known[:number]):
            raise InvalidFile(f"{file}, {place}: {each.clause} ({each.kind}) is listed twice for the same releases")
    if todo := [place for place, each in zip(places, known, strict=True) if each.reason == PLACEHOLDER]:
        placeholders(f"{file}: replace the reason {PLACEHOLDER!r} in {'; '.join(todo)}")
    return known


def _places(text: str, count: int) -> list[str]:
    """Return where the entries are in a file."""
    lines = [line for line, each in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*known\s*\]\]", each)]
    if len(lines) != count:  # they are not written as tables
        return [f"entry {number}" for number in range(1, count + 1)]
    return [f"line {line}, entry {number}" for number, line in enumerate(lines, 1)]


def _overlap(one: KnownFailure, other: KnownFailure) -> bool:
    if one.dialect != other.dialect:
        return False
    first, second = sorted((one, other), key=lambda each: version_key(each.since or "0"))
    return first.until is None or version_key(first.until) >= version_key(second.since or "0")


def _parse(where: str, entry: Json) -> KnownFailure:
    """Return the known failure of one table.

    Raises:
        InvalidFile: A field is missing, unknown or invalid.
    """
    if not isinstance(entry, dict):
        raise InvalidFile(f"{where} is not a table; expected {', '.join(_FIELDS)}")
    if unknown := sorted(entry.keys() - set(_FIELDS)):
        raise InvalidFile(f"{where} has an unknown field {', '.join(unknown)}; expected {', '.join(_FIELDS)}")
    for name in _REQUIRED:
        if not str(entry.get(name, "")).strip():
            hint = '; state why the failure is accepted, such as reason = "issue 7"' if name == "reason" else ""
            raise InvalidFile(f"{where} has no {name}{hint}")
    if wrong := problems(entry, KnownEntry):
        raise InvalidFile(f"{where}: {wrong[0]}")
    if entry["clause"] not in BY_ID:
        raise InvalidFile(f"{where}: no clause is named {entry['clause']!r}; `synap-mock clauses` lists them")
    try:
        example = from_json(json.loads(entry["example"]))
    except (ValueError, AttributeError) as error:
        raise InvalidFile(
            f"{where}: its example is not a scenario ({error}); the JSON report has one for each failure"
        ) from error
    return KnownFailure(**{**entry, "example": example})


def format_entry(failure: KnownFailure) -> str:
    """Return the table of a known failure. Without a reason, it has the placeholder."""
    optional = [(name, getattr(failure, name)) for name in ("link", "since", "until")]
    optional += [("dialect", failure.dialect)] if failure.dialect != "documented" else []
    strings = [("clause", failure.clause), ("kind", failure.kind), ("reason", failure.reason or PLACEHOLDER), *optional]
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in strings if value is not None]
    # JSON within TOML, which has no null. Within ''' nothing is escaped a second time.
    example = json.dumps(to_json(failure.example)).replace("'", "\\u0027")
    return "\n".join(["[[known]]", *lines, f"example = '''{example}'''", ""])
