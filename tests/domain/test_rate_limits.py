"""Rate limits: how many calls a key may make, on the fake's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH, ONE, in_process

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx

WHOAMI: Final = "/api/v1/auth/whoami"
START: Final = "2026-11-23T09:30:00Z"
SECONDS: Final = 1795426200
"""The same, since 1970."""


def limited(rate_limit: object, **settings: Any) -> tuple[SynapMock, httpx.Client]:
    fake = SynapMock(rate_limit=rate_limit, freeze=START, **settings)
    return fake, in_process(fake)


def statuses(client: httpx.Client, count: int) -> list[int]:
    return [client.get(WHOAMI).status_code for _ in range(count)]


def limits_of(answer: httpx.Response) -> dict[str, int]:
    """What the headers say, by the end of their names."""
    return {
        name.rpartition("-")[2]: int(value)
        for name, value in answer.headers.items()
        if name.startswith("x-ratelimit-") or name == "retry-after"
    }


@pytest.mark.parametrize(
    ("rate_limit", "per_minute", "burst"),
    [
        ("free", 60, 10),
        ("pro", 600, 50),
        (5, 5, 5),
        (1, 1, 1),
        ((120, 20), 120, 20),
        ([120, 20], 120, 20),
        ((2, 5), 2, 5),
    ],
)
def test_a_burst_is_allowed_then_one_call_per_share_of_a_minute(
    rate_limit: object, per_minute: int, burst: int
) -> None:
    fake, client = limited(rate_limit)
    assert statuses(client, burst + 1) == [200] * burst + [429]
    fake.clock.advance(60 / per_minute - 0.001)
    assert statuses(client, 1) == [429]
    fake.clock.advance(0.001)
    assert statuses(client, 2) == [200, 429]


@pytest.mark.parametrize(("rate_limit", "per_minute", "burst"), [("free", 60, 10), ((600, 50), 600, 50)])
def test_a_quiet_time_brings_all_of_them_back_and_no_more(rate_limit: object, per_minute: int, burst: int) -> None:
    fake, client = limited(rate_limit)
    statuses(client, burst)
    fake.clock.advance(60 * burst / per_minute)
    brought_back = statuses(client, burst + 1)
    fake.clock.advance(86400)
    assert (brought_back, statuses(client, burst + 1)) == ([200] * burst + [429],) * 2


def test_an_answer_tells_what_the_key_may_still_do() -> None:
    _, client = limited("free")
    answers = [client.get(WHOAMI) for _ in range(3)]
    assert [limits_of(answer) for answer in answers] == [
        {"limit": 60, "remaining": 9, "reset": SECONDS + 1},
        {"limit": 60, "remaining": 8, "reset": SECONDS + 2},
        {"limit": 60, "remaining": 7, "reset": SECONDS + 3},
    ]


def test_what_is_refused_tells_when_the_next_is_allowed() -> None:
    _, client = limited((2, 1))
    client.get(WHOAMI)
    assert limits_of(client.get(WHOAMI)) == {"limit": 2, "remaining": 0, "reset": SECONDS + 30, "after": 30}


def test_seconds_are_rounded_up_so_that_who_waits_them_is_served() -> None:
    fake, client = limited((7, 1))
    client.get(WHOAMI)
    fake.clock.advance(0.5)
    (wait,) = {limits_of(client.get(WHOAMI))["after"]}
    fake.clock.advance(wait)
    assert (wait, statuses(client, 1)) == (9, [200])


def test_who_asks_too_soon_has_not_to_wait_longer_for_it() -> None:
    fake, client = limited((1, 1))
    assert statuses(client, 5) == [200, 429, 429, 429, 429]
    fake.clock.advance(60)
    assert statuses(client, 1) == [200]


@pytest.mark.parametrize("per_minute", [1, 7, 11, 13, 59, 61, 97, 601, 999, 59_999, 10**9])
def test_no_count_is_one_off_whatever_the_rate(per_minute: int) -> None:
    _, client = limited((per_minute, 20))
    assert [limits_of(client.get(WHOAMI))["remaining"] for _ in range(21)] == [*range(19, -1, -1), 0]


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        (
            "documented",
            {"error": "Too many requests; the next is allowed in 60 s", "code": "RATE_LIMITED", "details": {}},
        ),
        ("observed", {"detail": "Too many requests"}),
    ],
)
def test_it_is_refused_in_the_dialects_words(dialect: str, body: object) -> None:
    _, client = limited(1, dialect=dialect)
    client.get(WHOAMI)
    assert client.get(WHOAMI).json() == body


def test_a_rejected_call_records_nothing_and_is_journaled(entry: dict[str, Any]) -> None:
    fake, client = limited(1)
    client.get(WHOAMI)
    client.post(BATCH, json={"messages": [entry]})
    assert (fake.messages, [refusal.rule.id for refusal in fake.requests[-1].refusals]) == ([], ["CALL-TOO-SOON"])


def test_each_key_has_its_own() -> None:
    fake, client = limited(1)
    other, _ = fake.keys.create()
    statuses(client, 2)
    assert client.get(WHOAMI, headers={"Authorization": f"Bearer {other}"}).status_code == 200


def test_a_key_is_the_same_in_any_spelling_of_bearer() -> None:
    fake, client = limited(1)
    client.get(WHOAMI)
    assert client.get(WHOAMI, headers={"Authorization": f"bearer   {fake.api_key} "}).status_code == 429


def test_every_keyed_call_counts_telemetry_too(entry: dict[str, Any]) -> None:
    fake, client = limited((1, 5))
    fake.answer("GET", "/v1/x", json={})
    client.post(BATCH, json={"messages": [entry]})
    client.post(ONE, json={})
    client.get(f"/v1/conversations/{entry['conversation_id']}/messages")
    client.post("/v1/telemetry/batch")
    assert limits_of(client.get("/v1/x"))["remaining"] == 0


def test_what_wants_no_key_does_not_count_and_tells_nothing() -> None:
    _, client = limited(1)
    answers = [client.get("/health"), client.get("/v1/nowhere"), client.get("/_mock/settings")]
    assert ([limits_of(answer) for answer in answers], statuses(client, 1)) == ([{}] * 3, [200])


@pytest.mark.parametrize("authorization", ["", "Bearer synap_of_nobody"])
def test_a_refused_key_does_not_count_and_tells_nothing(authorization: str) -> None:
    _, client = limited(1)
    assert limits_of(client.get(WHOAMI, headers={"Authorization": authorization})) == {}


def test_what_the_schema_refuses_counts_and_tells() -> None:
    _, client = limited("free")
    answer = client.post(BATCH, content=b"{")
    assert (answer.status_code, limits_of(answer)["remaining"]) == (400, 9)


def test_without_the_setting_nobody_is_limited_and_nothing_told(fake: SynapMock, inside: httpx.Client) -> None:
    assert fake.settings.rate_limit is None
    assert (statuses(inside, 100), limits_of(inside.get(WHOAMI))) == ([200] * 100, {})


def test_the_reset_brings_all_of_them_back() -> None:
    fake, client = limited(1)
    statuses(client, 2)
    fake.reset()
    assert statuses(client, 1) == [200]


def test_a_changed_setting_holds_at_once() -> None:
    _, client = limited("free")
    statuses(client, 10)
    client.patch("/_mock/settings", json={"rate_limit": [1, 1]})
    assert limits_of(client.get(WHOAMI)) == {"limit": 1, "remaining": 0, "reset": SECONDS + 10, "after": 10}


def test_lifted_it_is_over_at_once() -> None:
    _, client = limited(1)
    client.get(WHOAMI)
    client.patch("/_mock/settings", json={"rate_limit": None})
    assert statuses(client, 1) == [200]


@pytest.mark.any_date
def test_a_clock_set_back_delays_by_one_burst_at_most() -> None:
    fake, client = limited("free")
    fake.clock.advance(86400)
    statuses(client, 1)
    fake.clock.freeze(fake.clock.now.replace(day=23))
    assert limits_of(client.get(WHOAMI))["after"] == 1


@pytest.mark.parametrize(
    "rate_limit",
    [int("7" * 4000), [int("7" * 4000), 1], [1, int("7" * 4000)]],
    ids=["a minute", "and one at once", "at once"],
)
def test_a_limit_of_4_000_digits_limits_nobody(inside: httpx.Client, rate_limit: object) -> None:
    inside.patch("/_mock/settings", json={"rate_limit": rate_limit})
    assert inside.get(WHOAMI).status_code == 200


def test_it_is_the_same_on_a_port(fake: SynapMock, client: httpx.Client) -> None:
    client.patch("/_mock/settings", json={"rate_limit": 1})
    fake.clock.freeze()
    answers = [client.get(WHOAMI) for _ in range(2)]
    assert [(answer.status_code, set(limits_of(answer))) for answer in answers] == [
        (200, {"limit", "remaining", "reset"}),
        (429, {"limit", "remaining", "reset", "after"}),
    ]


WRONG: Final = [0, -1, True, "gold", "", "60", 1.5, [], [1], [1, 0], [0, 1], [1, 2, 3], [True, 1], [1, 1.5], {}]


@pytest.mark.parametrize("rate_limit", WRONG, ids=repr)
def test_what_is_no_limit_is_refused_with_what_would_do(rate_limit: object) -> None:
    sentence = (
        'rate_limit must be "free", "pro", a number of calls a minute from 1, that and how many at once, such as '
        r"120/20 or \(120, 20\), or no value, not "
    )
    with pytest.raises((TypeError, ValueError), match=f"^{sentence}"):
        SynapMock(rate_limit=rate_limit)


@pytest.mark.parametrize("rate_limit", WRONG, ids=repr)
def test_over_http_it_is_refused_too(inside: httpx.Client, rate_limit: object) -> None:
    answer = inside.patch("/_mock/settings", json={"rate_limit": rate_limit})
    assert (answer.status_code, answer.json()["error"].startswith("rate_limit must be")) == (400, True)
