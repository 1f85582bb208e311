"""The fake's clock: real time plus an offset, or frozen."""

from __future__ import annotations

import re
import time
import warnings
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH, ONE, in_process
from click.testing import CliRunner

from synap_mock import SynapMock
from synap_mock.cli.main import main

if TYPE_CHECKING:
    import httpx

START: Final = "2026-11-23T09:30:00Z"
FROZEN: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FUTURE: Final = "2126-01-01T00:00:00Z"


def recorded_at(client: httpx.Client, entry: dict[str, Any]) -> str:
    text: str = client.post(BATCH, json={"messages": [entry]}).json()["results"][0]["recorded_at"]
    return text


@pytest.mark.any_date
def test_it_tells_real_time(fake: SynapMock) -> None:
    before = time.time()
    now = fake.clock.now.timestamp()
    assert before - 0.001 <= now <= time.time() + 0.001


@pytest.mark.any_date
def test_it_tells_utc(fake: SynapMock) -> None:
    assert fake.clock.now.tzinfo is UTC


@pytest.mark.any_date
def test_advance_adds_to_real_time(fake: SynapMock) -> None:
    fake.clock.advance(3600)
    fake.clock.advance(0.5)
    before = time.time()
    real = fake.clock.now.timestamp() - 3600.5
    assert before - 0.001 <= real <= time.time() + 0.001


@pytest.mark.any_date
def test_frozen_it_stands(fake: SynapMock) -> None:
    fake.clock.freeze(FUTURE)
    assert [fake.clock.now, fake.clock.now] == [datetime(2126, 1, 1, tzinfo=UTC)] * 2


@pytest.mark.any_date
def test_frozen_without_a_time_it_stands_where_it_is(fake: SynapMock) -> None:
    fake.clock.freeze()
    first = fake.clock.now
    time.sleep(0.001)
    assert (fake.clock.now, fake.clock.frozen) == (first, True)


@pytest.mark.any_date
def test_frozen_it_can_be_advanced_and_stands_again(fake: SynapMock) -> None:
    fake.clock.freeze(FUTURE)
    fake.clock.advance(1.5)
    assert [fake.clock.now, fake.clock.now] == [datetime(2126, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)] * 2


@pytest.mark.any_date
def test_frozen_where_it_had_been_advanced_to(fake: SynapMock) -> None:
    fake.clock.advance(86400)
    fake.clock.freeze()
    assert fake.clock.now > datetime.now(UTC) + timedelta(hours=23)


@pytest.mark.any_date
@pytest.mark.parametrize(
    "at",
    [
        "2126-01-01T02:00:00+02:00",
        "2125-12-31 19:00-05:00",
        datetime(2126, 1, 1, tzinfo=UTC),
        datetime(2126, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_time_may_come_in_any_zone(fake: SynapMock, at: str | datetime) -> None:
    fake.clock.freeze(at)
    assert fake.clock.now == datetime(2126, 1, 1, tzinfo=UTC)


@pytest.mark.any_date
@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "2020-02-29T12:00:00Z", START, FUTURE])
def test_freezing_at_a_date_of_any_year_does_not_warn(fake: SynapMock, at: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fake.clock.freeze(at)


@pytest.mark.any_date
def test_the_reset_tells_real_time_again(fake: SynapMock) -> None:
    fake.clock.advance(86400)
    fake.clock.freeze()
    fake.reset()
    assert (abs(fake.clock.now.timestamp() - time.time()) < 60, fake.clock.frozen) == (True, False)


@pytest.mark.any_date
@pytest.mark.parametrize("freeze", [START, FROZEN, "2026-11-23T10:30:00+01:00"], ids=str)
def test_a_fake_may_be_made_with_a_clock_that_stands(freeze: Any) -> None:
    fake = SynapMock(freeze=freeze)
    assert (fake.clock.now, fake.clock.frozen) == (FROZEN, True)


@pytest.mark.any_date
def test_made_so_it_stands_there_after_every_reset() -> None:
    fake = SynapMock(freeze=START)
    fake.clock.advance(5)
    fake.reset()
    assert fake.clock.now == FROZEN


@pytest.mark.any_date
def test_a_changed_setting_holds_from_the_next_reset_on(fake: SynapMock, inside: httpx.Client) -> None:
    inside.patch("/_mock/settings", json={"freeze": START})
    before = fake.clock.frozen
    inside.post("/_mock/reset")
    assert (before, fake.clock.now) == (False, FROZEN)


@pytest.mark.any_date
@pytest.mark.parametrize("freeze", [START, FROZEN], ids=str)
def test_the_setting_is_shown_as_text(freeze: Any) -> None:
    shown = in_process(SynapMock(freeze=freeze)).get("/_mock/settings").json()["freeze"]
    assert datetime.fromisoformat(shown) == FROZEN


@pytest.mark.any_date
def test_what_is_recorded_bears_its_time(entry: dict[str, Any]) -> None:
    fake = SynapMock(freeze=START)
    inside = in_process(fake)
    times = [recorded_at(inside, entry)]
    fake.clock.advance(90.000001)
    times.append(recorded_at(inside, entry))
    assert times == ["2026-11-23T09:30:00.000000Z", "2026-11-23T09:31:30.000001Z"]
    assert [message.recorded_at for message in fake.messages] == times


@pytest.mark.any_date
def test_record_one_and_read_back_bear_its_time(entry: dict[str, Any]) -> None:
    inside = in_process(SynapMock(freeze=START))
    one = inside.post(ONE, json={**entry, "user_id": "alice"}).json()
    (turn,) = inside.get(f"/v1/conversations/{entry['conversation_id']}/messages").json()["turns"]
    assert (one["recorded_at"], turn["timestamp"]) == ("2026-11-23T09:30:00.000000Z",) * 2


@pytest.mark.any_date
def test_the_journal_bears_its_time() -> None:
    inside = in_process(SynapMock(freeze=START))
    inside.get("/health")
    assert inside.get("/_mock/requests").json()["requests"][0]["at"] == "2026-11-23T09:30:00.000000Z"


@pytest.mark.any_date
def test_with_seed_and_freeze_answers_repeat_word_for_word(entry: dict[str, Any]) -> None:
    def answer() -> bytes:
        return in_process(SynapMock(seed=1, freeze=START)).post(BATCH, json={"messages": [entry]}).content

    assert answer() == answer()


@pytest.mark.any_date
def test_each_fake_has_its_own_clock(fake: SynapMock) -> None:
    SynapMock().clock.freeze(FUTURE)
    assert not fake.clock.frozen


NO_TIME: Final = 'must be a time with a zone, such as "2026-11-23T08:00:00Z", not'
NO_SECONDS: Final = "must be a number of seconds from 0, not"
BEYOND: Final = "seconds must not move the clock beyond the year 9998;"
WRONG_TIMES: Final[dict[str, tuple[Any, type[Exception], str]]] = {
    "no zone": ("2026-11-23T08:00:00", ValueError, f"{NO_TIME} '2026-11-23T08:00:00'"),
    "no time": ("tomorrow", ValueError, f"{NO_TIME} 'tomorrow'"),
    "nothing": ("", ValueError, f"{NO_TIME} ''"),
    "a number": (1795426200, TypeError, f"{NO_TIME} 1795426200"),
    "too early": (
        "1969-12-31T23:59:59Z",
        ValueError,
        "must lie between the years 1970 and 9998, not '1969-12-31T23:59:59Z'",
    ),
    "too late": (
        "9999-01-01T00:00:01Z",
        ValueError,
        "must lie between the years 1970 and 9998, not '9999-01-01T00:00:01Z'",
    ),
    "far too early": ("0001-01-01T00:00:00+14:00", ValueError, "must lie between the years 1970 and 9998, not"),
}
WRONG_SECONDS: Final[dict[str, tuple[Any, type[Exception], str]]] = {
    "negative": (-1, ValueError, f"{NO_SECONDS} -1"),
    "a text": ("1", TypeError, f"{NO_SECONDS} '1'"),
    "a bool": (True, TypeError, f"{NO_SECONDS} true"),
    "an integer beyond doubles": (10**400, ValueError, f"{NO_SECONDS} a very long integer"),
}


@pytest.mark.parametrize(("at", "error", "sentence"), WRONG_TIMES.values(), ids=WRONG_TIMES)
def test_no_clock_stands_at_what_is_no_time(fake: SynapMock, at: Any, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=f"^at {re.escape(sentence)}"):
        fake.clock.freeze(at)
    assert not fake.clock.frozen


def test_no_clock_stands_at_a_datetime_without_a_zone(fake: SynapMock) -> None:
    with pytest.raises(ValueError, match=f"^at {NO_TIME} a value of type datetime$"):
        fake.clock.freeze(datetime(2026, 11, 23))  # noqa: DTZ001 - what is tested


@pytest.mark.parametrize(("at", "error", "sentence"), WRONG_TIMES.values(), ids=WRONG_TIMES)
def test_the_setting_is_refused_by_its_name(at: Any, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=f"^freeze {re.escape(sentence)}"):
        SynapMock(freeze=at)


@pytest.mark.parametrize(("seconds", "error", "sentence"), WRONG_SECONDS.values(), ids=WRONG_SECONDS)
def test_no_clock_advances_by_what_is_no_number_of_seconds(
    fake: SynapMock, seconds: Any, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=f"^seconds {re.escape(sentence)}"):
        fake.clock.advance(seconds)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf")])
def test_no_clock_advances_for_ever(fake: SynapMock, seconds: float) -> None:
    with pytest.raises(ValueError, match=f"^seconds {NO_SECONDS}"):
        fake.clock.advance(seconds)


@pytest.mark.any_date
@pytest.mark.parametrize("seconds", [252_000_000_000, 1e15, 1.7e308])
def test_no_clock_advances_beyond_the_year_9998(fake: SynapMock, seconds: float) -> None:
    with pytest.raises(ValueError, match=f"^{BEYOND}"):
        fake.clock.advance(seconds)


@pytest.mark.any_date
def test_several_advances_do_not_lead_further_than_one(fake: SynapMock) -> None:
    fake.clock.freeze("9998-12-31T23:59:00Z")
    fake.clock.advance(60)
    with pytest.raises(ValueError, match=f"^{BEYOND}"):
        fake.clock.advance(0.000001)


@pytest.mark.any_date
def test_over_http_it_advances(fake: SynapMock, inside: httpx.Client) -> None:
    fake.clock.freeze(FUTURE)
    answer = inside.post("/_mock/clock", json={"advance": 30.5})
    assert answer.json() == {"now": "2126-01-01T00:00:30.500000Z", "frozen": True, "warning": None}


@pytest.mark.any_date
def test_over_http_it_stands(fake: SynapMock, inside: httpx.Client) -> None:
    answer = inside.post("/_mock/clock", json={"freeze": FUTURE})
    assert (answer.json()["now"], fake.clock.now.isoformat()) == (
        "2126-01-01T00:00:00.000000Z",
        "2126-01-01T00:00:00+00:00",
    )


@pytest.mark.any_date
def test_over_http_it_stands_where_it_is(fake: SynapMock, inside: httpx.Client) -> None:
    answer = inside.post("/_mock/clock", json={"freeze": None}).json()
    assert (answer["frozen"], datetime.fromisoformat(answer["now"])) == (True, fake.clock.now)


@pytest.mark.any_date
def test_over_http_both_at_once_are_one_after_the_other(inside: httpx.Client) -> None:
    answer = inside.post("/_mock/clock", json={"advance": 30, "freeze": FUTURE}).json()
    assert (answer["now"], answer["frozen"]) == ("2126-01-01T00:00:30.000000Z", True)


@pytest.mark.any_date
def test_over_http_it_can_be_asked(fake: SynapMock, inside: httpx.Client) -> None:
    fake.clock.freeze(FUTURE)
    assert inside.post("/_mock/clock").json()["now"] == "2126-01-01T00:00:00.000000Z"


@pytest.mark.any_date
def test_over_http_the_answer_has_the_warning(inside: httpx.Client) -> None:
    answer = inside.post("/_mock/clock", json={"freeze": "2020-01-01T00:00:00Z"})
    assert answer.json()["warning"] == (
        "the clock is frozen at 2020-01-01T00:00:00.000000Z, over 12 hours ago: SDK 0.3.0 and later drop turns of "
        "that age"
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        *(({"freeze": at}, f"freeze {sentence}") for at, _, sentence in WRONG_TIMES.values()),
        *(({"advance": seconds}, f"advance {sentence}") for seconds, _, sentence in WRONG_SECONDS.values()),
        ({"advance": 1.7e308}, BEYOND),
        ({"freeze": FUTURE, "advance": 252_000_000_000}, BEYOND),
        ({"freeze": FUTURE, "advance": -1}, f"advance {NO_SECONDS} -1"),
        ({"freeze": FUTURE, "advance": None}, f"advance {NO_SECONDS} null"),
        ({"freze": FUTURE}, "POST /_mock/clock has no field 'freze'; it accepts freeze, advance"),
        ([], "the body must be a JSON object, not a list"),
    ],
)
def test_over_http_what_is_no_time_is_refused_and_the_clock_stays(
    fake: SynapMock, inside: httpx.Client, body: object, sentence: str
) -> None:
    answer = inside.post("/_mock/clock", json=body)
    assert (answer.status_code, answer.json()["error"].startswith(sentence)) == (400, True)
    assert (fake.clock.frozen, abs(fake.clock.now.timestamp() - time.time()) < 60) == (False, True)


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("yesterday", f"it {NO_TIME} 'yesterday'"),
        ("0001-01-01T00:00:00Z", "it must lie between the years 1970 and 9998, not '0001-01-01T00:00:00Z'"),
    ],
)
def test_the_command_refuses_what_is_no_time(at: str, sentence: str) -> None:
    ran = CliRunner().invoke(main, ["serve", "--freeze", at])
    assert (ran.exit_code, sentence in ran.stderr) == (2, True)


@pytest.mark.any_date
def test_an_invalid_freeze_is_rejected_and_reset_still_works(inside: httpx.Client) -> None:
    answer = inside.patch("/_mock/settings", json={"freeze": "0001-01-01T00:00:00Z"})
    assert (answer.status_code, inside.post("/_mock/reset").status_code) == (400, 200)
