"""The Python host: which clients it accepts, and how it reports what they do."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import logging
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from synap_contracts.client import protocol
from synap_contracts.client.host.answers import find_change
from synap_contracts.client.host.building import build
from synap_contracts.client.host.service import Host

if TYPE_CHECKING:
    from collections.abc import Callable

MESSAGES = [{"conversation_id": "c", "role": "user", "content": "a", "metadata": {"a": [1]}}]


class Role(str, enum.Enum):  # noqa: UP042 - the base of Python 3.10 and earlier
    """A role as some clients have it, which equals the text."""

    USER = "user"


def replies(factory: Callable[..., Any], *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the replies of the host to an opening and the requests after it."""
    host = Host(factory, "test")
    opening = {"do": "open", "client": "a", "base_url": "u", "api_key": "k", "timeout_s": 0.5, "retry": "fast"}

    async def all_of() -> list[dict[str, Any]]:
        return [await host.answer({"id": n, **request}) for n, request in enumerate((opening, *requests))]

    return asyncio.run(all_of())


def call(**fields: Any) -> dict[str, Any]:
    return {"do": "call", "client": "a", "messages": [dict(MESSAGES[0])], **fields}


class Plain:
    """A client with the method itself, which is not a coroutine."""

    def __init__(self, base_url: str, api_key: str | None) -> None:
        self.arguments = [base_url, api_key]

    def record_messages_batch(self, messages: Any) -> Any:
        return {"arguments": self.arguments, "kind": type(messages).__name__, "count": len(list(messages))}


class Async(Plain):
    """The same with a coroutine."""

    async def record_messages_batch(self, messages: Any) -> Any:
        await asyncio.sleep(0)
        return super().record_messages_batch(messages)


class Under:
    """Has the method under .conversation."""

    def __init__(self, base_url: str, api_key: str | None) -> None:
        self.conversation = Plain(base_url, api_key)


class Late:
    """Has its method only after it is initialized."""

    def __init__(self, base_url: str, api_key: str | None) -> None:
        self.given = base_url, api_key

    async def initialize(self) -> None:
        self.conversation = Plain(*self.given)


async def async_factory(base_url: str, api_key: str | None) -> Plain:
    return Plain(base_url, api_key)


def positional(url: str, key: str | None) -> Plain:
    return Plain(url, key)


def with_a_loop_of_its_own(base_url: str, api_key: str | None) -> Plain:
    asyncio.run(asyncio.sleep(0))
    return Plain(base_url, api_key)


@pytest.mark.filterwarnings("ignore:coroutine 'sleep' was never awaited:RuntimeWarning")
@pytest.mark.parametrize(
    "factory", [Plain, Async, Under, Late, async_factory, positional, with_a_loop_of_its_own], ids=lambda f: f.__name__
)
def test_host_accepts_many_kinds_of_factories(factory: Callable[..., Any]) -> None:
    opened, returned = replies(factory, call())
    assert (opened["answer"], returned["answer"]["arguments"]) == (None, ["u", "k"])


@pytest.mark.parametrize(("given", "kind"), [("list", "list"), ("tuple", "tuple"), ("generator", "generator")])
def test_messages_are_passed_as_the_requested_type(given: str, kind: str) -> None:
    assert replies(Plain, call(given=given))[1]["answer"] == {"arguments": ["u", "k"], "kind": kind, "count": 1}


@pytest.mark.parametrize("client", [Plain, Async], ids=["sync", "async"])
def test_call_can_run_in_its_own_event_loop(client: type[Plain]) -> None:
    assert replies(client, call(loop="own"))[1]["answer"]["count"] == 1


def test_optional_settings_are_passed_to_the_factory() -> None:
    def factory(base_url: str, api_key: str | None, *, timeout_s: float = 9, retry: str = "own") -> Plain:
        return Plain(f"{base_url} {timeout_s} {retry}", api_key)

    assert replies(factory, call())[1]["answer"]["arguments"] == ["u 0.5 fast", "k"]


def test_factory_that_takes_any_keyword_receives_the_timeout() -> None:
    taken: dict[str, Any] = {}

    def factory(base_url: str, api_key: str, **more: Any) -> Plain:
        taken.update(more)
        return Plain(base_url, api_key)

    replies(factory, call())
    assert taken == {"timeout_s": 0.5}


def test_factory_can_declare_that_it_serializes_calls() -> None:
    def factory(base_url: str, api_key: str) -> Plain:
        return Plain(base_url, api_key)

    assert Host(factory, "test").hello()["hello"]["concurrent"] is True
    factory.concurrent = False  # type: ignore[attr-defined]  # functions accept attributes
    assert Host(factory, "test").hello()["hello"]["concurrent"] is False


def test_hello_lists_the_settings_of_the_factory() -> None:
    def factory(base_url: str, api_key: str | None, *, retry: str = "own") -> Plain:
        return Plain(base_url + retry, api_key)

    assert {"retry", "timeout_s"} & set(Host(factory, "test").hello()["hello"]["can"]) == {"retry"}


def test_object_without_the_method_is_an_adapter_error() -> None:
    assert "has no record_messages_batch" in replies(lambda base_url, api_key: (base_url, api_key))[0]["broken"]


@pytest.mark.parametrize(
    "error",
    [SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError(), ValueError("no")],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("base", [Plain, Async], ids=["sync", "async"])
def test_any_exception_is_reported(base: type[Plain], error: BaseException) -> None:
    class Raising(base):  # type: ignore[valid-type,misc]  # the parameter
        def record_messages_batch(self, messages: Any) -> Any:
            del messages
            raise error

    assert replies(Raising, call())[1]["raised"]["class"].rpartition(".")[2] == type(error).__name__


def cancel_own_task() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


def cancel_all_tasks() -> None:
    for task in asyncio.all_tasks():
        task.cancel()


@pytest.mark.parametrize("awaits", [True, False], ids=["awaits", "returns"])
@pytest.mark.parametrize("cancel", [cancel_own_task, cancel_all_tasks], ids=lambda cancel: cancel.__name__)
def test_client_that_cancels_its_callers_task_is_reported(
    cancel: Callable[[], None],
    awaits: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    class Cancels(Async):
        async def record_messages_batch(self, messages: Any) -> Any:
            cancel()
            return await super().record_messages_batch(messages) if awaits else None

    _, raised, pong = replies(Cancels, call(), {"do": "ping"})
    assert (raised["raised"]["class"], raised["raised"]["text"], pong["answer"]) == (
        "asyncio.exceptions.CancelledError",
        "the client cancelled the task that called it",
        "pong",
    )


def test_factory_can_declare_how_long_it_fails_fast() -> None:
    def factory(base_url: str, api_key: str) -> Plain:
        return Plain(base_url, api_key)

    factory.recovers_s = 0.5  # type: ignore[attr-defined]  # functions accept attributes
    assert protocol.parse_hello(Host(factory, "test").hello()).recovers_s == 0.5


def test_changed_message_is_reported_with_its_path() -> None:
    class Changing(Plain):
        def record_messages_batch(self, messages: Any) -> Any:
            messages[0]["metadata"]["a"].append(2)

    messages = [{"metadata": {"a": [1]}}]
    assert replies(Changing, call(messages=messages))[1]["changed"] == "messages[0].metadata.a (its length)"


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ([1], [1], None),
        ([1], [True], "messages[0]"),
        ([{"a": 1}], [{"a": 1.0}], "messages[0].a"),
        ([{}], [{"a": 1}], "messages[0].a"),
        ([{"a": 1, "b": 2}], [{"b": 2, "a": 1}], None),
        (["user"], [Role.USER], "messages[0]"),
    ],
)
def test_find_change_distinguishes_types(before: Any, after: Any, path: str | None) -> None:
    assert find_change(before, after) == path


def test_altered_answer_is_reported_once() -> None:
    class OneAnswer(Plain):
        answer: ClassVar[dict[str, Any]] = {"results": []}

        def record_messages_batch(self, messages: Any) -> Any:
            del messages
            self.answer["results"].append({"message_id": len(self.answer["results"])})
            return self.answer

    found = replies(OneAnswer, call(), call(), {"do": "ping"}, {"do": "close", "client": "a"})
    altered = [{"id": 1, "at": "answer.results (its length)"}]
    assert [reply.get("altered") for reply in found] == [None, [], altered, None, []]


def test_answer_that_can_be_read_once_is_not_altered() -> None:
    class Once(Plain):
        def record_messages_batch(self, messages: Any) -> Any:
            return {"results": ({"n": n} for n, _ in enumerate(messages))}

    assert [reply.get("altered") for reply in replies(Once, call(), call())] == [None, [], []]


def test_log_record_has_its_level_and_logger() -> None:
    class Logs(Plain):
        def record_messages_batch(self, messages: Any) -> Any:
            del messages
            logging.getLogger("mine").debug("hm")

    *_, reply = replies(Logs, {"do": "listen", "on": True}, call(), {"do": "listen", "on": False})
    assert "DEBUG mine: hm" in reply["answer"]


@pytest.mark.parametrize(
    ("kind", "value", "built"),
    [
        ("datetime", "2026-05-16T08:30:00+00:00", dt.datetime(2026, 5, 16, 8, 30, tzinfo=dt.UTC)),
        ("date", "2026-05-16", dt.date(2026, 5, 16)),
        ("Decimal", "1.10", Decimal("1.10")),
        ("float", "inf", math.inf),
        ("bytes", "6869", b"hi"),
        ("set", ["a", "a"], {"a"}),
        ("dict", [[1, {"$python": "bytes", "value": "00"}], [None, 2]], {1: b"\x00", None: 2}),
    ],
)
def test_host_builds_what_json_does_not_have(kind: str, value: Any, built: Any) -> None:
    assert repr(build([{"a": {"$python": kind, "value": value}}])) == repr([{"a": built}])


def test_only_tagged_calls_are_built_and_nan_is_unchanged() -> None:
    class Repr(Plain):
        def record_messages_batch(self, messages: Any) -> Any:
            return repr(messages)

    nan = [{"a": {"$python": "float", "value": "nan"}}]
    _, plain, tagged, unknown = replies(
        *(Repr, call(messages=nan), call(messages=nan, tagged=True)),
        call(messages=[{"$python": "complex", "value": "1j"}], tagged=True),
    )
    assert (plain["answer"], tagged["answer"], tagged["changed"]) == (repr(nan), "[{'a': nan}]", None)
    assert "cannot build" in unknown["broken"]
