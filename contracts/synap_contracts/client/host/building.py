"""Building the values of Python that JSON does not have, from the tagged objects of a call with `"tagged": true`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.client.protocol import AdapterError, is_tagged

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.client.protocol import Json

KINDS: Final[dict[str, Callable[[Any], Any]]] = {
    "bytes": bytes.fromhex,
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "Decimal": Decimal,
    "dict": lambda pairs: {build(key): build(value) for key, value in pairs},
    "float": float,
    "set": lambda members: set(map(build, members)),
}
"""Makes a value from what its object has under `value`."""


def build(value: Json) -> Any:  # noqa: ANN401 - any value of Python
    """Return a value, in which each tagged object is replaced by what it stands for.

    Raises:
        AdapterError: A tagged object cannot be built.
    """
    if is_tagged(value):
        try:
            return KINDS[value["$python"]](value["value"])
        except (KeyError, TypeError, ValueError) as error:
            raise AdapterError(f"the host cannot build {value!r}: {error}") from error
    match value:
        case dict():
            return {key: build(each) for key, each in value.items()}
        case list():
            return [build(each) for each in value]
    return value
