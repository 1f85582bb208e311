"""Values as error messages quote them."""

from __future__ import annotations

import json

from synap_mock.domain.redaction.redactor import masked_form

_LIMIT = 60
_SEARCHED = 1024


def quote(value: object) -> str:
    """A value as a message quotes it: printable ASCII, cut short.

    What has the form of the vendor's keys is masked before the value is cut. Any other key is masked where the message
    leaves the process, see `synap_mock.domain.redaction.redactor`. Containers are named by their kind only: they may be
    huge, or nested deeper than repr goes.
    """
    match value:
        case int() if abs(value) >= 10**_LIMIT:
            return "a very long integer"
        case None | bool() | int() | float():
            return json.dumps(value)
        case str():
            value = masked_form(value[:_SEARCHED])
            return f"{value[:_LIMIT]!a}{'...' if len(value) > _LIMIT else ''}"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return f"a value of type {type(value).__name__}"
