"""A compressed request body is rejected, and the error names the header."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, ONE

if TYPE_CHECKING:
    import httpx

    from synap_mock import SynapMock

Entry = dict[str, Any]


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "gzip, gzip"])
@pytest.mark.parametrize("path", [BATCH, ONE, "/_mock/keys", "/_mock/faults"])
def test_a_compressed_body_is_rejected_by_its_header(inside: httpx.Client, path: str, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    answer = inside.post(path, content=gzip.compress(b'{"messages": []}'), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert f"Content-Encoding: {encoding}" in answer.text


def test_the_journal_names_the_encoding_in_the_observed_dialect(fake: SynapMock, inside: httpx.Client) -> None:
    inside.patch("/_mock/settings", json={"dialect": "observed"})
    answer = inside.post(BATCH, content=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, "Content-Encoding: gzip" in fake.requests[0].refusals[0].text) == (422, True)


@pytest.mark.parametrize("encoding", ["identity", "", "gzip"])
def test_a_body_that_is_json_is_accepted_with_any_encoding(inside: httpx.Client, entry: Entry, encoding: str) -> None:
    body = json.dumps({"messages": [entry]}).encode()
    assert inside.post(BATCH, content=body, headers={"Content-Encoding": encoding}).status_code == 200


def test_malformed_json_without_encoding_is_not_called_compressed(inside: httpx.Client) -> None:
    assert "Content-Encoding" not in inside.post(BATCH, content=b"{").text
