"""Who is speaking: checked before the body is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synap_mock.http.call import Call
    from synap_mock.keys import Instance
    from synap_mock.state import State


def authenticate(state: State, call: Call) -> Instance:
    """The instance whose key the call bears.

    Raises:
        Refused: with one of the KEY rules.
    """
    call.instance = state.keys.authenticate(call.header(b"authorization"), call.header(b"x-instance-id"))
    return call.instance
