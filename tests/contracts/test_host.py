"""The Python host: what a client may look like, and how its doings are told."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from synap_contracts.client.host.errors import describe
from synap_contracts.client.host.serialization import plain
from synap_contracts.client.host.service import Host, changed

if TYPE_CHECKING:
    from collections.abc import Callable

MESSAGES = [{"conversation_id": "c", "role": "user", "content": "a", "metadata": {"a": [1]}}]


class NetworkError(Exception):
    """A client's own."""


class SlowError(NetworkError):
    """Derived from it."""


class Odd(Exception):  # noqa: N818 - a client's own name
    """Named in another way."""


def asked(factory: Callable[..., Any], *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """What the host answers to an opening and to requests after it."""
    host = Host(factory, "test")
    opening = {"do": "open", "client": "a", "base_url": "u", "api_key": "k", "timeout_s": 0.5, "retry": "fast"}

    async def all_of() -> list[dict[str, Any]]:
        return [await host.answer({"id": n, **request}) for n, request in enumerate((opening, *requests))]

    return asyncio.run(all_of())


def call(**fields: Any) -> dict[str, Any]:
    return {"do": "call", "client": "a", "messages": [dict(MESSAGES[0])], **fields}


class Plain:
    """A client that has it bare, and no coroutine."""

    def __init__(self, base_url: str, api_key: str | None) -> None:
        self.told = [base_url, api_key]

    def record_messages_batch(self, messages: Any) -> Any:
        return {"told": self.told, "kind": type(messages).__name__, "count": len(list(messages))}


class Async(Plain):
    """The same as a coroutine."""

    async def record_messages_batch(self, messages: Any) -> Any:
        await asyncio.sleep(0)
        return super().record_messages_batch(messages)


class Under:
    """Has it under .conversation."""

    def __init__(self, base_url: str, api_key: str | None) -> None:
        self.conversation = Plain(base_url, api_key)


class Late:
    """Has its method only once it is initialised."""

    def __init__(self, base_url: str, api_key: str | None) -> None:
        self.given = base_url, api_key

    async def initialize(self) -> None:
        self.conversation = Plain(*self.given)


async def made_async(base_url: str, api_key: str | None) -> Plain:
    return Plain(base_url, api_key)


def positional(url: str, key: str | None) -> Plain:
    return Plain(url, key)


def with_a_loop_of_its_own(base_url: str, api_key: str | None) -> Plain:
    asyncio.run(asyncio.sleep(0))
    return Plain(base_url, api_key)


@pytest.mark.filterwarnings("ignore:coroutine 'sleep' was never awaited:RuntimeWarning")
@pytest.mark.parametrize(
    "factory", [Plain, Async, Under, Late, made_async, positional, with_a_loop_of_its_own], ids=lambda f: f.__name__
)
def test_a_factory_may_be_of_many_kinds(factory: Callable[..., Any]) -> None:
    opened, returned = asked(factory, call())
    assert (opened["answer"], returned["answer"]["told"]) == (None, ["u", "k"])


@pytest.mark.parametrize(("given", "kind"), [("list", "list"), ("tuple", "tuple"), ("generator", "generator")])
def test_messages_are_given_as_asked(given: str, kind: str) -> None:
    assert asked(Plain, call(given=given))[1]["answer"] == {"told": ["u", "k"], "kind": kind, "count": 1}


@pytest.mark.parametrize("client", [Plain, Async], ids=["sync", "async"])
def test_a_call_may_run_in_a_loop_of_its_own(client: type[Plain]) -> None:
    assert asked(client, call(loop="own"))[1]["answer"]["count"] == 1


def test_settings_are_given_to_who_takes_them() -> None:
    def factory(base_url: str, api_key: str | None, *, timeout_s: float = 9, retry: str = "own") -> Plain:
        return Plain(f"{base_url} {timeout_s} {retry}", api_key)

    assert asked(factory, call())[1]["answer"]["told"] == ["u 0.5 fast", "k"]


def test_what_a_factory_takes_is_in_the_hello() -> None:
    def factory(base_url: str, api_key: str | None, *, retry: str = "own") -> Plain:
        return Plain(base_url + retry, api_key)

    assert {"retry", "timeout_s"} & set(Host(factory, "test").hello()["hello"]["can"]) == {"retry"}


def test_an_object_without_the_method_is_the_adapters_fault() -> None:
    assert "has no record_messages_batch" in asked(lambda base_url, api_key: (base_url, api_key))[0]["broken"]


@pytest.mark.parametrize(
    "error",
    [SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError(), ValueError("no")],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("base", [Plain, Async], ids=["sync", "async"])
def test_whatever_a_client_raises_is_told(base: type[Plain], error: BaseException) -> None:
    class Raising(base):  # type: ignore[valid-type,misc]  # the parameter
        def record_messages_batch(self, messages: Any) -> Any:
            del messages
            raise error

    assert asked(Raising, call())[1]["raised"]["class"].rpartition(".")[2] == type(error).__name__


def test_a_changed_message_is_told_with_its_path() -> None:
    class Changing(Plain):
        def record_messages_batch(self, messages: Any) -> Any:
            messages[0]["metadata"]["a"].append(2)

    messages = [{"metadata": {"a": [1]}}]
    assert asked(Changing, call(messages=messages))[1]["changed"] == "messages[0].metadata.a (its length)"


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ([1], [1], None),
        ([1], [True], "messages[0]"),
        ([{"a": 1}], [{"a": 1.0}], "messages[0].a"),
        ([{}], [{"a": 1}], "messages[0].a"),
    ],
)
def test_types_are_told_apart(before: Any, after: Any, path: str | None) -> None:
    assert changed(before, after) == path


def test_a_class_is_told_with_the_clients_own_along_its_mro() -> None:
    assert describe(SlowError("a"))["names"] == ["NetworkError", "SlowError"]


def test_a_leaked_transport_error_is_no_network_error_of_the_clients() -> None:
    httpx = pytest.importorskip("httpx")
    assert describe(httpx.ConnectError("a"))["names"] == []


@pytest.mark.parametrize(
    "declared",
    [{"NetworkError": Odd}, {"NetworkError": (SlowError, Odd)}, {Odd: "NetworkError"}, {"NetworkError": ["Odd"]}],
)
def test_a_client_may_declare_its_classes(declared: Any) -> None:
    assert describe(Odd("a"), declared)["names"] == ["NetworkError", "Odd"]


@pytest.mark.parametrize(
    ("text", "place"),
    [("note", "a note of"), ("'cause'", "the cause (KeyError) of"), ("deeper", "the context (OSError) of")],
)
def test_causes_contexts_and_notes_are_told(text: str, place: str) -> None:
    error = ValueError("outer")
    error.__cause__ = KeyError("cause")
    error.__cause__.__context__ = OSError("deeper")
    error.add_note("note")
    told = describe(error)
    assert dict(zip(told["said"], told["places"], strict=True))[text] == place


def test_a_context_that_from_none_hides_is_not_told() -> None:
    error = ValueError("outer")
    error.__context__ = OSError("hidden")
    error.__suppress_context__ = True
    assert not any("hidden" in text for text in describe(error)["said"])


def test_what_an_exceptions_text_leaves_out_is_told_from_its_arguments() -> None:
    class QuietError(Exception):
        def __str__(self) -> str:
            return "quiet"

    assert any("loud" in text for text in describe(QuietError({"key": "loud"}))["said"])


def test_an_object_with_attributes_is_an_answer_too() -> None:
    @dataclasses.dataclass
    class Row:
        message_id: str

    class Result:
        total = 1
        results = (Row("m"),)

    assert plain(Result()) == {"total": 1, "results": [{"message_id": "m"}]}


def test_what_is_no_json_is_told_as_unreadable() -> None:
    assert plain({"a": b"x", "b": object()}) == {"a": {"unreadable": "bytes"}, "b": {"unreadable": "object"}}


def test_an_answer_that_a_later_call_changes_is_told_once() -> None:
    class OneAnswer(Plain):
        answer: ClassVar[dict[str, Any]] = {"results": []}

        def record_messages_batch(self, messages: Any) -> Any:
            del messages
            self.answer["results"].append({"message_id": len(self.answer["results"])})
            return self.answer

    told = asked(OneAnswer, call(), call(), {"do": "ping"}, {"do": "close", "client": "a"})
    altered = [{"id": 1, "at": "answer.results (its length)"}]
    assert [reply.get("altered") for reply in told] == [None, [], altered, None, []]


def test_an_answer_that_can_be_read_once_only_has_not_changed() -> None:
    class Once(Plain):
        def record_messages_batch(self, messages: Any) -> Any:
            return {"results": ({"n": n} for n, _ in enumerate(messages))}

    assert [reply.get("altered") for reply in asked(Once, call(), call())] == [None, [], []]


def test_a_record_is_told_with_its_level_and_its_logger() -> None:
    class Logs(Plain):
        def record_messages_batch(self, messages: Any) -> Any:
            del messages
            logging.getLogger("mine").debug("hm")

    *_, heard = asked(Logs, {"do": "listen", "on": True}, call(), {"do": "listen", "on": False})
    assert "DEBUG mine: hm" in heard["answer"]
