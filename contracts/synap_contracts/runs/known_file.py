"""The file of known failures: TOML, with a table ``[[known]]`` for each."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Annotated, Final, Literal, NotRequired, TypedDict

from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.client.checking.types import fields_of, problems
from synap_contracts.client.releases import version_key
from synap_contracts.runs.result import KnownFailure
from synap_contracts.scenarios.serialization import from_json, to_json

if TYPE_CHECKING:
    from pathlib import Path

    from synap_contracts.scenarios.model import Json


class KnownEntry(TypedDict):
    """A known failure."""

    clause: Annotated[str, "The violated clause."]
    kind: Annotated[str, "The kind of failure, as the report of --accept names it."]
    reason: Annotated[str, "Why it is accepted. It must not be empty."]
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


def load(file: Path) -> tuple[KnownFailure, ...]:
    """Return the known failures that a file lists.

    Raises:
        InvalidFile: The file cannot be read, or an entry is invalid.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidFile(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:  # neither UTF-8 nor TOML
        raise InvalidFile(f"{file} is not TOML: {error}") from error
    entries = content.get("known", [])
    if content.keys() - {"known"} or not isinstance(entries, list):
        raise InvalidFile(f"{file} is not a list of known failures; expected only tables [[known]]")
    known = tuple(_parse(f"{file}, entry {number}", each) for number, each in enumerate(entries, 1))
    for number, each in enumerate(known, 1):
        if any(each.name == other.name and _overlap(each, other) for other in known[: number - 1]):
            raise InvalidFile(
                f"{file}, entry {number}: {each.clause} ({each.kind}) is listed twice for the same releases"
            )
    return known


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
            hint = "; state why the failure is accepted" if name == "reason" else ""
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
    """Return the table of a known failure."""
    optional = [(name, getattr(failure, name)) for name in ("link", "since", "until")]
    optional += [("dialect", failure.dialect)] if failure.dialect != "documented" else []
    strings = [("clause", failure.clause), ("kind", failure.kind), ("reason", failure.reason), *optional]
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in strings if value is not None]
    # JSON within TOML, which has no null. Within ''' nothing is escaped a second time.
    example = json.dumps(to_json(failure.example)).replace("'", "\\u0027")
    return "\n".join(["[[known]]", *lines, f"example = '''{example}'''", ""])
