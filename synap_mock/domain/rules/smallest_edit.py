"""The smallest edit of a request that would have been accepted in place of what was refused."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synap_mock.domain.rules.edits import GONE

if TYPE_CHECKING:
    from synap_mock.domain.rules.rule import Refusal


@dataclass(frozen=True)
class Edit:
    """One value of a request's body in place of another.

    Attributes:
        path: where, as keys and indices.
        value: what would have been accepted; GONE: leave it out.
    """

    path: tuple[str | int, ...]
    value: Any

    def __str__(self) -> str:
        """A statement of Python: ``messages[0]["role"] = "user"``; `body` is the whole body."""
        name, steps = ("messages", self.path[1:]) if self.path[:1] == ("messages",) else ("body", self.path)
        place = name + "".join(f"[{_literal(step)}]" for step in steps)
        return f"del {place}" if self.value is GONE else f"{place} = {_literal(self.value)}"


def smallest(body: Any, refusal: Refusal) -> Edit | str | None:  # noqa: ANN401 - any JSON value
    """The smallest edit that would have been accepted: of the body, or in words. None: it cannot be known.

    Args:
        body: the decoded body of the request; None: it is not known.
        refusal: one of the request's refusals.
    """
    edit = refusal.rule.edit
    if edit is None or isinstance(edit, str):
        return edit
    return Edit(refusal.path, edit(_value(body, refusal.path)))


def _value(value: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - any JSON value
    """The value at a path of the body; None if it is not known."""
    try:
        for step in path:
            value = value[step]
    except (LookupError, TypeError):
        return None
    return value


def _literal(value: object) -> str:
    """A literal of Python, in JSON's quotes if it is the same in both."""
    text = json.dumps(value)
    return text if _is_same(text, value) else repr(value)


def _is_same(text: str, value: object) -> bool:
    try:
        return bool(ast.literal_eval(text) == value)
    except (ValueError, SyntaxError):
        return False
