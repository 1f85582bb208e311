"""The code under test: it sends batches with an httpx client that it keeps, and looks at every answer."""

from __future__ import annotations

import json
import os
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx
from contenders.static_route import SIZE, URL
from load import Requests

if TYPE_CHECKING:
    from stopwatch import Stopwatch

_WARM_UP: Final = 20
"""Calls that aren't timed."""


def send(calls: int, stopwatch: Stopwatch) -> None:
    """Send so many batches, each timed from the call to its answer.

    Raises:
        ValueError: not every message was recorded, so the answer says.
    """
    api_key = os.environ["SYNAP_API_KEY"]
    batches = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in Requests(SIZE, api_key).all]
    with httpx.Client(headers={"Authorization": f"Bearer {api_key}"}) as client:
        for number in range(_WARM_UP + calls):
            call = partial(client.post, URL, json=batches[number % len(batches)])
            _check(call() if number < _WARM_UP else stopwatch.call(call))


def _check(response: httpx.Response) -> None:
    answer: Any = response.json()
    if response.status_code != httpx.codes.OK or not answer["succeeded"] == len(answer["results"]) == SIZE:
        raise ValueError(f"a batch of {SIZE} was answered {response.status_code} {response.text[:500]!r}")
