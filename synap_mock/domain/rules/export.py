"""The rules as people read them: ``synap-mock rules`` and the page that is made of it."""

from __future__ import annotations

import json as jsonlib
from typing import TYPE_CHECKING, Final

from synap_mock.domain.rules.index import RULES
from synap_mock.domain.rules.rule import Scope

if TYPE_CHECKING:
    from synap_mock.domain.rules.rule import Rule
    from synap_mock.settings import Dialect

_SCOPES: Final = {
    Scope.REQUEST: "The request is refused, before its body is looked at",
    Scope.CALL: "The call is refused, and nothing of it is recorded",
    Scope.ENTRY: "The entry is refused, the others are recorded",
}


def text() -> str:
    """A paragraph a rule."""
    return "\n".join(
        f"{rule.id}  [{rule.status if rule.scope is not Scope.ENTRY else 'row'} {rule.code}]\n"
        f"  {rule.statement}\n"
        f"  that: {rule.that}, how: {rule.how}; source: {rule.source}\n"
        for rule in RULES
    )


def markdown() -> str:
    """The page ``docs/generated/rules.md``."""
    lines = [
        "# What the fake refuses",
        "",
        "Made by `synap-mock rules --format markdown`. *That*: on what evidence we hold that it is refused; *how*: on",
        "what evidence we hold that the request, the call or the entry is refused with it. `documented`: a public page",
        "says so; `derived`: it follows from one; `sdk`: read in, or measured on, a published SDK; `assumed`: nobody",
        "says, the project chose. *Documented* and *observed* are the answers in the two dialects; the code is in the",
        "documented error body, and in the journal whatever the dialect.",
    ]
    for scope, title in _SCOPES.items():
        lines += [
            "",
            f"## {title}",
            "",
            "| rule | what is refused | that | how | code | documented | observed | source |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {rule.id} | {rule.statement} | {rule.that} | {rule.how} | `{rule.code}` | "
            f"{_answer(rule, 'documented')} | {_answer(rule, 'observed')} | {rule.source} |"
            for rule in RULES
            if rule.scope is scope
        ]
    return "\n".join(lines) + "\n"


def _answer(rule: Rule, dialect: Dialect) -> str:
    status = rule.status_in(dialect)
    return f"a failed row; record one: {status}" if rule.scope is Scope.ENTRY else str(status)


def json() -> str:
    """A JSON list of objects."""
    return (
        jsonlib.dumps(
            [
                {
                    "id": rule.id,
                    "statement": rule.statement,
                    "scope": rule.scope,
                    "that": rule.that,
                    "how": rule.how,
                    "source": rule.source,
                    "code": rule.code,
                    "status": {dialect: rule.status_in(dialect) for dialect in ("documented", "observed")},
                }
                for rule in RULES
            ],
            indent=2,
        )
        + "\n"
    )
