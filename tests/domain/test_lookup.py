"""What is scheduled is found by what a call has, and the same is found as by looking at everything."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH, in_process
from hypothesis import given
from hypothesis import strategies as st

from synap_mock import ServerError, SynapMock
from synap_mock.domain.faults.canned import CannedResponse, RoutePattern, methods_of, values_for
from synap_mock.domain.faults.matching import Sent
from synap_mock.domain.faults.rejections import Rejection, rejected
from synap_mock.domain.faults.responses import Respond
from synap_mock.domain.faults.schedule import Queue, ScheduledFault, topics_of
from synap_mock.domain.history.request import Request
from synap_mock.domain.values.batch import FIELDS, Batch

if TYPE_CHECKING:
    from collections.abc import Callable

CID: Final = uuid.UUID(int=1)
VALUES: Final[dict[str, list[Any]]] = {
    "conversation_id": [str(CID), str(CID).upper(), f"urn:uuid:{CID}", "x", None, [1]],
    "user_id": ["u1", "u2", None],
    "metadata": [None, {}, {"a": 1}, {"a": True}, 1, 1.0, True],
}
WHERE: Final = st.one_of(
    st.none(),
    st.just(lambda _: True),
    st.sampled_from([{"conversation_id": each} for each in VALUES["conversation_id"]]),
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}),
)
ENTRY: Final = st.fixed_dictionaries(
    {"conversation_id": st.sampled_from(VALUES["conversation_id"])},
    optional={name: st.sampled_from(VALUES[name]) for name in ("user_id", "metadata")},
)
ROUTES: Final = st.sampled_from([None, "/a", "/b"])
PATHS: Final = ["/a", "/{x}", "/{x}/b"]


def sent(body: Any) -> Sent:
    content = json.dumps(body).encode()
    fields: dict[str, Any] = dict.fromkeys(("at", "body_size", "answer_size"), len(content))
    fields |= {"method": "POST", "path": "/a", "query": "", "headers": (), "body": content, "status": None}
    fields |= {"answer": b"", "refusals": (), "instance_id": None, "correlation_id": ""}
    return Sent(lambda: Request(**fields))


@given(
    st.lists(st.tuples(ROUTES, WHERE), min_size=1, max_size=6),
    st.lists(ENTRY, min_size=1, max_size=2),
    st.sampled_from([["usual"], []]),
)
def test_the_fault_that_is_found_is_the_first_that_applies(
    scheduled: list[tuple[str | None, Any]], entries: list[Any], usual: list[str]
) -> None:
    faults = [ScheduledFault(ServerError(500 + n), None, route=r, where=w) for n, (r, w) in enumerate(scheduled)]
    queue: Queue[ScheduledFault] = Queue(ScheduledFault.keys)
    queue.add(*faults)
    topics = topics_of("POST", ["/a"], usual=bool(usual))
    call = sent({"messages": entries})
    expected = next((each for each in faults if each.route in topics and each.chooses(call)), None)
    assert queue.take(lambda each: each.chooses(call), topics=topics, values=call.values) == expected


@given(
    st.lists(st.tuples(st.sampled_from(["GET", "HEAD"]), st.sampled_from(PATHS), WHERE), min_size=2, max_size=8),
    st.sampled_from(["GET", "HEAD", "POST"]),
    st.sampled_from(["/a", "/c/b", "//b", "/"]),
    st.lists(ENTRY, min_size=1, max_size=2),
)
def test_the_answer_that_is_found_is_the_newest_that_applies(
    scheduled: list[tuple[str, str, Any]], method: str, path: str, entries: list[Any]
) -> None:
    answers = [CannedResponse(RoutePattern(of, at), Respond(200), where=where) for of, at, where in scheduled]
    queue: Queue[CannedResponse] = Queue(CannedResponse.keys)
    queue.add(*answers)
    call = sent({"messages": entries})

    def matches(each: CannedResponse) -> bool:
        return each.route.matches(method, path) and each.chooses(call)

    expected = next(((n, answers[n - 1]) for n in range(len(answers), 0, -1) if matches(answers[n - 1])), None)
    assert queue.newest(matches, topics=methods_of(method), values=values_for(path, call)) == expected


@given(
    st.lists(
        st.one_of(
            st.integers(0, 3), st.sampled_from([str(CID), str(uuid.UUID(int=2))]), WHERE.filter(lambda w: w is not None)
        )
    ),
    st.lists(ENTRY, max_size=3),
    st.sets(st.integers(0, 2)),
)
def test_the_rejections_that_are_found_are_all_that_match(
    wheres: list[Any], entries: list[Any], spared: set[int]
) -> None:
    whole = [{**dict.fromkeys(FIELDS), "conversation_id": str(CID), **each} for each in entries]
    whole = [{**each, "conversation_id": str(each["conversation_id"])} for each in whole]
    batch = Batch(*([each[name] for each in whole] for name in FIELDS))
    items = [Rejection(where, str(n)) for n, where in enumerate(wheres)]
    queue: Queue[Rejection] = Queue(Rejection.keys)
    queue.add(*items)
    expected: dict[int, str] = {}
    for item in items:
        found = [n for n, each in enumerate(whole) if n not in spared | expected.keys() and item.matches(n, each)]
        expected |= dict.fromkeys(found, item.error)
    assert rejected(queue, batch, spared) == expected


def schedule_faults(fake: SynapMock, number: int) -> None:
    fake.fail(ServerError(), times=None, where={"user_id": f"u{number}", "role": "user"})


def schedule_rejections(fake: SynapMock, number: int) -> None:
    fake.reject({"role": "user", "content": f"c{number}"})


def schedule_answers(fake: SynapMock, number: int) -> None:
    fake.answer("POST", f"/v1/users/{number}/{{x}}/notes", json={})
    fake.answer("POST", "/v1/notes", json={}, where={"user_id": f"u{number}"})


def noting(method: Callable[..., Any], calls: list[Any]) -> Callable[..., Any]:
    """The method, whose calls are noted."""

    def noted(*args: Any) -> Any:
        calls.append(args)
        return method(*args)

    return noted


@pytest.mark.parametrize("schedule", [schedule_faults, schedule_rejections, schedule_answers])
def test_a_call_looks_at_nothing_that_is_scheduled_for_others(
    schedule: Callable[[SynapMock, int], None], entry: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = SynapMock()
    for number in range(50):
        schedule(fake, number)
    looked: list[Any] = []
    for kind, name in ((ScheduledFault, "chooses"), (CannedResponse, "chooses"), (Rejection, "matches")):
        monkeypatch.setattr(kind, name, noting(getattr(kind, name), looked))
    client = in_process(fake)
    sends = {**entry, "user_id": "u49", "content": "c49"}
    for path in (BATCH, "/v1/users/49/x/notes", "/v1/notes"):
        client.post(path, json={"messages": [sends]} if path == BATCH else sends)
    assert 1 <= len(looked) <= 2
