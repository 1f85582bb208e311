"""JSON nested around the depth at which it becomes too much, wherever in a body it may stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asking import BATCH, ONE
from hostile.bodies import batch, entry
from hostile.request import AUTHORIZED, CONTROL_READ, READ

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostile.line import Answered
    from hostile.live import Live


def nested(depth: int, opening: str) -> str:
    """A JSON value that is nested `depth` deep, in the very text in which it is answered."""
    return '{"a":' * depth + "1" + "}" * depth if opening == "{" else "[" * depth + "]" * depth


def as_metadata(value: str) -> str:
    return value if value.startswith("{") else f'{{"a":{value}}}'


def as_batch(metadata: str) -> tuple[str, str]:
    return BATCH, batch(metadata=metadata)


def as_single_message(metadata: str) -> tuple[str, str]:
    return ONE, entry(metadata=metadata, more=',"user_id":"u"')


def as_key_that_nobody_reads(metadata: str) -> tuple[str, str]:
    return BATCH, batch(more=f',"a":{metadata}')


def around_the_limit(accepts: Callable[[int], bool]) -> range:
    """Every depth within 25 of the deepest that is accepted; it differs with Python's version and with the door."""
    low, high = 500, 20_000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if accepts(middle) else (low, middle)
    return range(low - 25, high + 25)


@pytest.mark.parametrize("live", ["documented"], indirect=True)
@pytest.mark.parametrize("door", ["by_socket", "by_httpx"])
@pytest.mark.parametrize("opening", ["{", "["])
@pytest.mark.parametrize("place", [as_batch, as_single_message, as_key_that_nobody_reads])
def test_nesting_at_every_depth_is_refused_or_given_back_whole(
    served: Live, place: Callable[[str], tuple[str, str]], opening: str, door: str
) -> None:
    ask = getattr(served, door)

    def post(depth: int) -> int:
        served.fake.reset()
        target, body = place(as_metadata(nested(depth, opening)))
        answer: Answered = ask("POST", target, AUTHORIZED, body.encode())
        return answer.status

    def given_back(depth: int) -> bool:
        metadata = as_metadata(nested(depth, opening))
        kept = "null" if place is as_key_that_nobody_reads else metadata
        return (
            f'"metadata":{kept},'.encode() in served.get(CONTROL_READ).body
            and served.get(READ).status == 200
            and served.get("/_mock/requests").json["requests"][-1]["body"] == place(metadata)[1]
        )

    wrong = [
        (depth, status)
        for depth in around_the_limit(lambda depth: post(depth) == 200)
        if (status := post(depth)) != served.refused and not (status == 200 and given_back(depth))
    ]
    assert wrong == []


def as_role(value: str) -> str:
    return batch(more=f',"role":{value}')


def as_content(value: str) -> str:
    return batch(value)


def as_messages(value: str) -> str:
    return f'{{"messages":{value}}}'


@pytest.mark.parametrize("live", ["documented"], indirect=True)
@pytest.mark.parametrize("opening", ["{", "["])
@pytest.mark.parametrize("place", [as_role, as_content, as_messages, str])
def test_nesting_at_every_depth_is_refused_where_a_text_belongs(
    served: Live, place: Callable[[str], str], opening: str
) -> None:
    def post(depth: int) -> Answered:
        return served.post(place(nested(depth, opening)).encode())

    depths = around_the_limit(lambda depth: b"nested too deeply" not in post(depth).body)
    assert {post(depth).status for depth in depths} == {400}


@pytest.mark.parametrize("setting", ["dialect", "max_batch"])
def test_a_setting_nested_at_any_depth_gets_400(served: Live, setting: str) -> None:
    def change(depth: int) -> Answered:
        return served.change(f'{{"{setting}":{nested(depth, "[")}}}'.encode())

    depths = around_the_limit(lambda depth: b"too deeply" not in change(depth).body)
    assert {change(depth).status for depth in depths} == {400}
