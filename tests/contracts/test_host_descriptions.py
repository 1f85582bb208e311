"""How the Python host describes exceptions and answers."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from synap_contracts.client.host.errors import describe
from synap_contracts.client.host.serialization import to_json


class NetworkError(Exception):
    """A class of a client."""


class SlowError(NetworkError):
    """A derived class."""


class Odd(Exception):  # noqa: N818 - a name of a client
    """A class with an undocumented name."""


def test_describe_names_the_clients_classes_in_the_mro() -> None:
    assert describe(SlowError("a"))["names"] == ["NetworkError", "SlowError"]


def test_describe_ignores_classes_of_http_libraries() -> None:
    httpx = pytest.importorskip("httpx")
    assert describe(httpx.ConnectError("a"))["names"] == []


@pytest.mark.parametrize(
    "declared",
    [{"NetworkError": Odd}, {"NetworkError": (SlowError, Odd)}, {Odd: "NetworkError"}, {"NetworkError": ["Odd"]}],
)
def test_client_can_declare_its_classes(declared: Any) -> None:
    assert describe(Odd("a"), declared)["names"] == ["NetworkError", "Odd"]


@pytest.mark.parametrize(
    ("text", "place"),
    [("note", "a note of"), ("'cause'", "the cause (KeyError) of"), ("deeper", "the context (OSError) of")],
)
def test_describe_includes_causes_contexts_and_notes(text: str, place: str) -> None:
    error = ValueError("outer")
    error.__cause__ = KeyError("cause")
    error.__cause__.__context__ = OSError("deeper")
    error.add_note("note")
    raised = describe(error)
    assert dict(zip(raised["said"], raised["places"], strict=True))[text] == place


def test_describe_skips_suppressed_contexts() -> None:
    error = ValueError("outer")
    error.__context__ = OSError("hidden")
    error.__suppress_context__ = True
    assert not any("hidden" in text for text in describe(error)["said"])


def test_describe_includes_the_arguments() -> None:
    class QuietError(Exception):
        def __str__(self) -> str:
            return "quiet"

    assert any("loud" in text for text in describe(QuietError({"key": "loud"}))["said"])


def test_to_json_reads_attributes() -> None:
    @dataclasses.dataclass
    class Row:
        message_id: str

    class Result:
        total = 1
        results = (Row("m"),)

    assert to_json(Result()) == {"total": 1, "results": [{"message_id": "m"}]}


def test_to_json_marks_unreadable_values() -> None:
    assert to_json({"a": b"x", "b": object()}) == {"a": {"unreadable": "bytes"}, "b": {"unreadable": "object"}}
