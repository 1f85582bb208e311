"""In which order a fetch returns memories, and how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asking import in_process
from fetching import KINDS, fetched, texts

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx


def test_without_a_query_the_newest_come_first(fake: SynapMock, inside: httpx.Client) -> None:
    for number in range(3):
        fake.remember(f"number {number}", user_id="ann")
    for query in (None, [], [" "], "", "  "):
        assert texts(inside, "user", user_id="ann", search_query=query) == ["number 2", "number 1", "number 0"]


def test_a_query_ranks_by_shared_words_and_hides_nothing(fake: SynapMock, inside: httpx.Client) -> None:
    for text in ("Green TEA, please.", "coffee", "tea", "Green tea in a green cup"):
        fake.remember(text, user_id="ann")
    found = texts(inside, "user", user_id="ann", search_query=["green tea cup"])
    assert found == ["Green tea in a green cup", "Green TEA, please.", "tea", "coffee"]


def test_the_setting_match_leaves_out_what_shares_no_word() -> None:
    fake = SynapMock(retrieval="match")
    client = in_process(fake)
    for text in ("tea", "coffee"):
        fake.remember(text, user_id="ann")
    assert texts(client, "user", user_id="ann", search_query=["a cup of tea"]) == ["tea"]
    assert texts(client, "user", user_id="ann", search_query=["water"]) == []
    assert texts(client, "user", user_id="ann") == ["coffee", "tea"]


def test_several_queries_say_which_found_an_item(fake: SynapMock, inside: httpx.Client) -> None:
    fake.remember("tea and coffee")
    fake.remember("water")
    items = fetched(inside, "client", search_query=["hot coffee", " ", "tea", "tea"])["context"]["facts"]
    assert [item["matched_queries"] for item in items] == [["hot coffee", "tea"], []]


def test_a_query_may_be_a_text(fake: SynapMock, inside: httpx.Client) -> None:
    fake.remember("tea")
    fake.remember("coffee")
    assert texts(inside, "client", search_query="tea") == ["tea", "coffee"]


@pytest.mark.parametrize("most", [1, 2, 50])
def test_max_results_counts_all_kinds_together(fake: SynapMock, inside: httpx.Client, most: int) -> None:
    for kind in ("fact", "preference", "episode"):
        fake.remember(kind, kind=kind)
    assert texts(inside, "client", max_results=most) == ["episode", "preference", "fact"][:most]


def test_a_whole_number_may_have_a_point(fake: SynapMock, inside: httpx.Client) -> None:
    """JSON Schema's integers include 2.0, and FastAPI accepts it."""
    for number in range(3):
        fake.remember(str(number))
    assert len(texts(inside, "client", max_results=2.0)) == 2


def test_ten_results_are_the_default(fake: SynapMock, inside: httpx.Client) -> None:
    for number in range(12):
        fake.remember(str(number))
    assert len(texts(inside, "client")) == 10


@pytest.mark.parametrize(
    ("types", "found"),
    [
        (["all"], list(reversed(KINDS))),
        ([], list(reversed(KINDS))),
        (None, list(reversed(KINDS))),
        (["facts"], ["fact"]),
        (["preference", "temporal_events"], ["temporal_event", "preference"]),
        (["facts", "all"], list(reversed(KINDS))),
    ],
)
def test_types_choose_kinds(fake: SynapMock, inside: httpx.Client, types: object, found: list[str]) -> None:
    for kind in KINDS:
        fake.remember(kind, kind=kind)  # type: ignore[arg-type] # they are kinds
    assert texts(inside, "client", types=types) == found


def test_a_share_per_query_makes_room_for_the_others(fake: SynapMock, inside: httpx.Client) -> None:
    for text in ("coffee", "tea 1", "tea 2", "tea 3"):
        fake.remember(text)
    queries = {"search_query": ["tea", "coffee"], "max_results": 2}
    assert texts(inside, "client", **queries) == ["tea 3", "tea 2"]
    assert texts(inside, "client", **queries, max_results_per_query=1) == ["tea 3", "coffee"]
