"""Whatever is asked to be armed, or of the clock, it is taken whole, or refused and nothing done."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from asking import BATCH
from hostile.bodies import CONVERSATION, VALID
from hostile.request import AUTHORIZED
from hostile.test_any_bytes import VALUES
from hypothesis import example, given, settings
from hypothesis import strategies as st

from synap_mock.domain.faults.catalog import FAULTS

if TYPE_CHECKING:
    from hostile.live import Live

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "/_mock/faults": (
        *("fault", "sequence", "times", "after_commit", "route", "where"),
        *("status", "json", "content", "headers", "seconds", "retry_after", "attempts", "balance_credits"),
    ),
    "/_mock/rejections": ("where", "error", "times"),
    "/_mock/answers": ("method", "path", "json", "status", "headers", "times"),
    "/_mock/clock": ("freeze", "advance"),
    "/_mock/settings": ("freeze", "rate_limit", "hosts"),
}
LIKELY: Final = st.sampled_from(
    [
        *FAULTS,
        *(0, 1, 200, 204, 503, 1.5, 1e308, True, None, "", "free", [2, 1], [True, 1], {"A": "b"}, {"a b": "c"}),
        *(BATCH, f"POST {BATCH}", "/v1/{a}/x", "GET", CONVERSATION, "localhost", ["localhost"], {"role": "user"}),
        *("2026-11-23T09:30:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-23"),
    ]
)


def objects(keys: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with these keys and others, and values of which some will do."""
    flat = st.dictionaries(st.sampled_from([*keys, "", "a", "\ud800"]), LIKELY | VALUES, max_size=4)
    script = flat.map(lambda each: {key: value for key, value in each.items() if key != "sequence"})
    return flat | st.lists(script, max_size=3).map(lambda each: {"sequence": each}) if "sequence" in keys else flat


def likely_fault(attributes: dict[str, Any]) -> dict[str, Any]:
    return {"fault": "Respond", "status": 200, **attributes}


def armed(live: Live) -> object:
    """All that a refusal has to leave as it was."""
    reported = [live.inside.get(f"{live_url(live)}{path}").json() for path in ("/_mock/faults", "/_mock/settings")]
    return [reported, live.fake.clock.snapshot()]


def live_url(live: Live) -> str:
    return f"http://127.0.0.1:{live.port}"


@pytest.mark.parametrize("live", ["documented"], indirect=True)
@pytest.mark.parametrize("path", KEYS)
@settings(max_examples=40)
@given(data=st.data())
def test_any_object_is_taken_whole_or_refused_and_nothing_done(live: Live, path: str, data: st.DataObject) -> None:
    body = data.draw(objects(KEYS[path]))
    asked_and_done(live, path, body)


BIG: Final = int("7" * 4000)
OBJECTS: Final[list[tuple[str, dict[str, Any]]]] = [
    ("/_mock/settings", {"freeze": "0001-01-01T00:00:00+14:00"}),
    ("/_mock/settings", {"freeze": "9999-12-31T23:59:59-14:00"}),
    ("/_mock/settings", {"hosts": {}}),
    ("/_mock/settings", {"rate_limit": BIG}),
    ("/_mock/settings", {"rate_limit": [BIG, BIG]}),
    ("/_mock/settings", {"rate_limit": [True, True]}),
    ("/_mock/clock", {"advance": 1e305}),
    ("/_mock/clock", {"advance": BIG}),
    ("/_mock/clock", {"freeze": "9998-12-31T23:59:59Z", "advance": 250_000_000_000}),
    ("/_mock/clock", {"freeze": "2026-11-23T09:30:00Z", "advance": "1"}),
    ("/_mock/faults", {"fault": "Latency", "seconds": 1e305}),
    ("/_mock/faults", {"fault": "Latency", "seconds": BIG}),
    ("/_mock/faults", {"fault": "RateLimited", "retry_after": BIG, "times": BIG}),
    ("/_mock/faults", {"sequence": [{"fault": "Conflict"}, {"fault": "Conflict", "times": 0}]}),
    ("/_mock/rejections", {"where": {"metadata": {"a": BIG}}, "times": BIG}),
    ("/_mock/rejections", {"where": BIG, "error": "\ud800"}),
    ("/_mock/rejections", {"where": 0, "error": 5}),
    ("/_mock/answers", {"method": "GET", "path": "/\ud800{a}", "json": BIG}),
]


@pytest.mark.parametrize("live", ["documented"], indirect=True)
@pytest.mark.parametrize(("path", "body"), OBJECTS)
def test_an_odd_object_is_taken_whole_or_refused_and_nothing_done(live: Live, path: str, body: dict[str, Any]) -> None:
    asked_and_done(live, path, body)


@pytest.mark.parametrize("live", ["documented"], indirect=True)
@settings(max_examples=40)
@given(body=st.dictionaries(st.sampled_from(KEYS["/_mock/faults"][6:10]), LIKELY | VALUES, max_size=3))
@example(body={"json": None, "content": "a"})
@example(body={"content": "\ud800"})
@example(body={"headers": {"Content-Length": "0"}})
def test_any_answer_is_taken_whole_or_refused_and_nothing_done(live: Live, body: dict[str, Any]) -> None:
    asked_and_done(live, "/_mock/faults", likely_fault(body))


def asked_and_done(live: Live, path: str, body: dict[str, Any]) -> None:
    """Ask for it, then record a batch under it; assert that neither breaks anything."""
    live.fake.reset()
    usual = live.fake.settings
    before = armed(live)
    method = "PATCH" if path.endswith("settings") else "POST"
    answer = live.inside.request(method, live_url(live) + path, content=json.dumps(body).encode())
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert armed(live) == before
    # In process, where the clock waits for us; what a client raises is the fault's doing.
    with live.fake.intercept(), contextlib.suppress(httpx.TransportError):
        live.inside.post(f"https://synap-cloud-prod.maximem.ai{BATCH}", content=VALID, headers=AUTHORIZED)
    assert live.post(b"", "/_mock/reset").status == 200  # where a new setting takes effect
    live.change(json.dumps({"freeze": None, "rate_limit": None, "hosts": list(usual.hosts)}).encode())
    live.fake.reset()
    live.is_as_ever()


@pytest.mark.parametrize("live", ["documented"], indirect=True)
@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [*range(900, 1000, 9), 2000, 10_000])
def test_deeply_nested_bodies_are_scheduled_or_rejected(served: Live, depth: int, opening: str) -> None:
    nested = opening * depth + ("]" * depth if opening == "[" else "1" + "}" * depth)
    taken = served.post(f'{{"fault":"WrongShape","json":{nested}}}'.encode(), "/_mock/faults").status
    answer = served.post(VALID)
    assert (taken, answer.body.decode() if taken == 200 else answer.json["total"]) in [(200, nested), (400, 1)]


@pytest.mark.parametrize("live", ["documented"], indirect=True)
@pytest.mark.parametrize("path", ["/_mock/faults", "/_mock/rejections", "/_mock/answers"])
def test_a_thousand_times_armed_breaks_nothing(served: Live, path: str) -> None:
    body = {
        "/_mock/faults": {"sequence": [{"fault": "Conflict"}] * 1000},
        "/_mock/rejections": {"where": 0, "times": 1000},
        "/_mock/answers": {"method": "GET", "path": "/" + "{a}/" * 1000 + "{b}"},
    }[path]
    assert served.post(json.dumps(body).encode(), path).status == 200
    assert served.get("/" + "a/" * 1000).status == 404
    assert served.post(VALID).status in (200, 409)
    served.fake.reset()
