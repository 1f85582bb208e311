"""Hypothesis strategies for users' tests: what an application may send, and what may go wrong.

`entries` and `batches` draw what a fake with default settings accepts, edge cases included: any script, white space and
control characters, equal messages, interleaved conversations, nested metadata with unusual keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from synap_mock.domain.faults.catalog import FAULTS

if TYPE_CHECKING:
    from synap_mock.domain.faults.fault import Fault

Entry = dict[str, Any]

_LARGEST: Final = 2**53 - 1
"""Integers beyond this are not the same in every language (RFC 7493)."""
_CONVERSATIONS: Final = 3
_IDS: Final = ("user-1", "user-2", "Zoë", "")


def contents() -> st.SearchStrategy[str]:
    """The text of a message, of any length and script; no lone surrogates."""
    return st.text() | st.sampled_from(
        ["", " ", "\n", "\r\n", "\x00", "e\u0301", "\u00e9", "\U0001f468\u200d\U0001f469", "\u202e"]
    )


def metadata(max_leaves: int = 8) -> st.SearchStrategy[dict[str, Any]]:
    """A JSON object, nested, with odd keys; numbers that every language keeps.

    Args:
        max_leaves: about the most values in it.
    """
    scalars = (
        st.none()
        | st.booleans()
        | st.integers(-_LARGEST, _LARGEST)
        | st.floats(allow_nan=False, allow_infinity=False, width=32)
        | st.text(max_size=10)
    )
    keys = st.text(max_size=5) | st.sampled_from(["", "role", "content", "a.b", "$ref", "__class__"])
    values = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=max_leaves,
    )
    return st.dictionaries(keys, values, max_size=3)


def conversation_ids() -> st.SearchStrategy[str]:
    """Canonical UUIDs."""
    return st.uuids(version=4).map(str)


def entries(conversation_id: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Entry]:
    """One entry of a batch, with every required key and any of the optional ones.

    Args:
        conversation_id: what its id is drawn from; None: any UUID.
    """
    ids = st.sampled_from(_IDS)
    return st.fixed_dictionaries(
        {
            "conversation_id": conversation_ids() if conversation_id is None else conversation_id,
            "role": st.sampled_from(["user", "assistant"]),
            "content": contents(),
        },
        optional={"user_id": ids, "customer_id": ids, "session_id": ids, "metadata": metadata()},
    )


def batches(*, min_size: int = 0, max_size: int = 10) -> st.SearchStrategy[list[Entry]]:
    """The messages of one batch: interleaved conversations, and sometimes equal messages.

    Args:
        min_size: least number of messages.
        max_size: most.
    """

    def of(ids: list[str]) -> st.SearchStrategy[list[Entry]]:
        one = entries(st.sampled_from(ids))
        return st.lists(one, min_size=min_size, max_size=max_size) | one.flatmap(
            lambda entry: st.lists(st.just(entry), min_size=min_size, max_size=max_size)
        )

    return st.lists(conversation_ids(), min_size=1, max_size=_CONVERSATIONS, unique=True).flatmap(of)


def broken_entries() -> st.SearchStrategy[Entry]:
    """One entry that is rejected, and not its call: its conversation id is not a UUID."""
    return entries(st.sampled_from(["", "conv_1", "livekit-3f2a", "6f1b1d5e-7d0c-4c39-9e67"]))


def faults() -> st.SearchStrategy[Fault]:
    """What may go wrong on any day, in process and on a port."""
    return st.sampled_from([example for kind in FAULTS.values() for example in kind.examples()])
