"""The file that lists known failures: TOML, a table ``[[known]]`` for each."""

from __future__ import annotations

import json
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.client.releases import ordered
from synap_contracts.runs.known import Known
from synap_contracts.scenarios.model import from_json, to_json

if TYPE_CHECKING:
    from pathlib import Path

Json = Any

_NAMES: Final = tuple(each.name for each in fields(Known))
_NEEDED: Final = ("clause", "kind", "reason", "example")


class BadList(Exception):  # noqa: N818 - it is told to the user as it stands
    """The file of known failures can't be used; the text says where and why."""


def load(file: Path) -> tuple[Known, ...]:
    """The known failures that a file lists.

    Raises:
        BadList: There is no such file, or an entry in it is no known failure.
    """
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadList(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:  # neither UTF-8 nor TOML
        raise BadList(f"{file} is no TOML: {error}") from error
    entries = read.get("known", [])
    if read.keys() - {"known"} or not isinstance(entries, list):
        raise BadList(f"{file} is no list of known failures; each of them is a table [[known]]")
    known = tuple(_entry(file, number, each) for number, each in enumerate(entries, 1))
    for number, each in enumerate(known, 1):
        if any(each.name == other.name and _overlap(each, other) for other in known[: number - 1]):
            raise BadList(f"{file}, entry {number}: {each.clause} ({each.kind}) is listed twice for the same releases")
    return known


def _overlap(one: Known, other: Known) -> bool:
    if one.dialect != other.dialect:
        return False
    first, then = sorted((one, other), key=lambda each: ordered(each.since or "0"))
    return first.until is None or ordered(first.until) >= ordered(then.since or "0")


def _entry(file: Path, number: int, entry: Json) -> Known:
    """One table [[known]].

    Raises:
        BadList: It lacks something, or has something else.
    """
    where = f"{file}, entry {number}"
    if not isinstance(entry, dict) or (other := sorted(entry.keys() - set(_NAMES))):
        said = ", ".join(other) if isinstance(entry, dict) else "no table"
        raise BadList(f"{where}: {said}; an entry has {', '.join(_NAMES)}")
    for name in _NAMES:
        if name in entry and not isinstance(entry[name], str):
            raise BadList(f"{where}: {name} is no string")
    for name in _NEEDED:
        if not entry.get(name, "").strip():
            raise BadList(f"{where} has no {name}" + ("; say why the failure is let be" if name == "reason" else ""))
    if entry["clause"] not in BY_ID:
        raise BadList(f"{where}: there is no clause {entry['clause']!r}; `synap-mock clauses` prints them")
    try:
        example = from_json(json.loads(entry["example"]))
    except (ValueError, AttributeError) as error:
        raise BadList(
            f"{where}: its example is no scenario ({error}); a report's JSON has one for each failure"
        ) from error
    return Known(**{**entry, "example": example})


def block(known: Known) -> str:
    """An entry as the file has it."""
    optional = [(name, getattr(known, name)) for name in ("link", "since", "until")]
    optional += [("dialect", known.dialect)] if known.dialect != "documented" else []
    strings = [("clause", known.clause), ("kind", known.kind), ("reason", known.reason), *optional]
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in strings if value is not None]
    # JSON within TOML, which has no null; within ''' nothing is escaped a second time.
    example = json.dumps(to_json(known.example)).replace("'", "\\u0027")
    return "\n".join(["[[known]]", *lines, f"example = '''{example}'''", ""])
