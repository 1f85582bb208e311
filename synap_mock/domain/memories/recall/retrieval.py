"""How a fetch finds memories: by scope, ranked by the words that they share with the query. Nothing is inferred."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from synap_mock.domain.memories.memory import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from synap_mock.domain.memories.memory import Kind, Memory
    from synap_mock.domain.memories.store import Memories

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Query:
    """What a fetch asks for.

    Attributes:
        texts: the search queries that are not blank; empty: no query.
        kinds: the kinds of memory that count.
        max_results: most memories, of all kinds together.
        per_query: most memories that each of several texts may contribute; None: any number.
        match: whether a memory that shares no word with a text is left out.
    """

    texts: tuple[str, ...]
    kinds: frozenset[Kind]
    max_results: int
    per_query: int | None = None
    match: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A memory that a fetch returns.

    Attributes:
        memory: the memory.
        score: the share of the query's words that are in it, from 0 to 1; 0 without a query.
        matched: the search queries that share a word with it.
    """

    memory: Memory
    score: float
    matched: tuple[str, ...]


def find(memories: Memories, scope: Scope, query: Query) -> list[Found]:
    """The memories of a scope and of the wider ones, the best first.

    First come those that share the most words with the query; among equals those of the narrower scope, and then the
    newest.

    Args:
        memories: the store.
        scope: the narrowest scope.
        query: what is asked for.
    """
    newest_first = [memory for each in chain(scope) for memory in reversed(memories.in_scope(each))]
    found = _scored((memory for memory in newest_first if memory.kind in query.kinds), query.texts)
    if query.match and query.texts:
        found = [each for each in found if each.matched]
    found.sort(key=lambda each: -each.score)
    if query.per_query is not None and len(query.texts) > 1:
        found = list(_shared_out(found, query.per_query))
    return found[: query.max_results]


def chain(scope: Scope) -> list[Scope]:
    """A scope and the wider ones that its ids name, the narrowest first: conversation, user, customer, client."""
    wider = [
        scope,
        Scope(scope.instance_id, scope.customer_id, scope.user_id),
        Scope(scope.instance_id, scope.customer_id),
        Scope(scope.instance_id),
    ]
    return list(dict.fromkeys(wider))


def words(text: str) -> frozenset[str]:
    """The words of a text, without regard to case: runs of letters, digits and underscores."""
    return frozenset(_WORD.findall(text.casefold()))


def _scored(memories: Iterable[Memory], texts: tuple[str, ...]) -> list[Found]:
    by_text = {text: words(text) for text in texts}
    asked = frozenset[str]().union(*by_text.values())
    found = []
    for memory in memories:
        shared = words(memory.text) & asked if asked else asked
        matched = tuple(text for text, its in by_text.items() if its & shared)
        found.append(Found(memory, len(shared) / len(asked) if asked else 0.0, matched))
    return found


def _shared_out(found: Iterable[Found], per_query: int) -> Iterator[Found]:
    """Those that no text found, and of each text the best ones."""
    taken: Counter[str] = Counter()
    for each in found:
        room = [text for text in each.matched if taken[text] < per_query]
        if room or not each.matched:
            taken.update(room)
            yield each
