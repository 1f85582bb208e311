"""Values to JSON bytes, for any value that a request can have brought in."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor


def encode(value: object) -> bytes:
    """`value` as JSON in ASCII, so that a lone surrogate goes out as it came in: as an escape.

    What was nested as deep as the parser goes may be too deep for the encoder, which is called from further down
    the stack; a new thread has a stack of its own.
    """
    try:
        return _dumps(value)
    except RecursionError:
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(_dumps, value).result()


def _dumps(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False, check_circular=False).encode("ascii")
