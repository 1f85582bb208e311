"""Values to JSON, for any value that a request can have brought in."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def encode(value: object) -> bytes:
    """`value` as JSON in ASCII, so that a lone surrogate goes out as it came in: as an escape.

    What was nested as deep as the parser goes may be too deep for the encoder, which is called from further down
    the stack; a new thread has a stack of its own.
    """
    return _on_a_deep_stack(_dumps, value).encode("ascii")


def to_text(value: object) -> str:
    """`value` as JSON that people read: not only ASCII, with spaces."""
    return _on_a_deep_stack(_readable, value)


def _on_a_deep_stack(dumps: Callable[[object], str], value: object) -> str:
    try:
        return dumps(value)
    except RecursionError:
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(dumps, value).result()


def _dumps(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False, check_circular=False)


def _readable(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, check_circular=False)
