"""What was particular about a call, in words: the same for every report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from synap_contracts.observation.observed import CallSeen, Observation

_KEYS: Final = {
    "unknown": "its key is a wrong one",
    "missing": "it has no key",
    "newline": "its key ends with a newline",
    "accented": "its key ends with é",
}
_PLACES: Final = {"nobody": "nobody listens there", "bystander": "sent to another origin"}


def circumstances(seen: CallSeen, observation: Observation) -> str:
    """What goes after "call 0": empty where nothing was particular."""
    call = seen.call
    several = len({each.call.client for each in observation.calls}) > 1
    about = "".join(
        (
            f" of client {call.client}" if several else "",
            f", given as a {call.given}" if call.given != "list" else "",
            ", in an event loop of its own" if call.loop == "own" else "",
        )
    )
    more = (
        call.trouble.named if call.trouble else "",
        "its key is revoked" if seen.revoked else "",
        _KEYS.get(seen.kind, ""),
        _PLACES.get(seen.at, ""),
        f"the server refuses {', '.join(f'messages[{n}]' for n in call.refused)}" if call.refused else "",
    )
    return about + "".join(f"; {each}" for each in more if each)
