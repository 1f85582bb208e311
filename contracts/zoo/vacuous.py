"""Clients that would pass clauses because these are not exercised: they fail before the clause matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from errors import AuthenticationError, InvalidInputError, NetworkError, RateLimitError, RefusedError, SynapError
from honest import Honest
from labels import wrong, wrong_variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from steps import Answer, Entry


class _Dead(Honest):
    """Sends nothing, and raises."""

    error: ClassVar[type[SynapError]] = SynapError

    def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer | None:
        del messages
        raise self.error("no")


@wrong("ACCEPT", "raises an error of its own in every call")
class Dead(_Dead):
    pass


@wrong("ACCEPT", "raises InvalidInputError in every call")
class RejectsEverything(_Dead):
    error = InvalidInputError


@wrong("ACCEPT", "raises AuthenticationError in every call")
class NeverAuthenticates(_Dead):
    error = AuthenticationError


@wrong("ACCEPT", "raises NetworkError in every call")
class NeverConnects(_Dead):
    error = NetworkError


@wrong("ACCEPT", "raises RateLimitError in every call")
class AlwaysLimited(_Dead):
    error = RateLimitError


@wrong("ACCEPT", "raises in every second call")
class FailsEverySecondCall(Honest):
    calls = 0

    def record(self, entries: list[Entry]) -> Answer:
        self.calls += 1
        if self.calls % 2 == 0:
            raise SynapError("try again")
        return super().record(entries)


@wrong("ACCEPT", "records only its first call")
class RecordsOnce(Honest):
    used = False

    def record(self, entries: list[Entry]) -> Answer:
        if self.used:
            raise RefusedError("this client was used")
        self.used = True
        return super().record(entries)


def _refuses(condition: Callable[[list[Entry]], bool]) -> Callable[[list[Entry]], list[Entry]]:
    def checked(entries: list[Entry]) -> list[Entry]:
        if condition(entries):
            raise RefusedError("not supported")
        return entries

    return checked


class _Refusing(Honest):
    """Rejects some batches without sending them."""

    @staticmethod
    def checked(entries: list[Entry]) -> list[Entry]:
        """Return the entries, or raise."""
        return entries

    def record(self, entries: list[Entry]) -> Answer:
        return super().record(self.checked(entries))


globals().update(
    wrong_variants(
        _Refusing,
        "checked",
        {
            "OnlySingles": ("ACCEPT", "rejects batches of more than one message", _refuses(lambda all_: len(all_) > 1)),
            "WithoutMetadata": (
                "ACCEPT",
                "rejects messages with metadata",
                _refuses(lambda all_: any(each.get("metadata") for each in all_)),
            ),
            "WithoutIds": (
                "ACCEPT",
                "rejects messages with a user, a customer or a session",
                _refuses(
                    lambda all_: any(
                        each.get(f"{name}_id") for each in all_ for name in ("user", "customer", "session")
                    )
                ),
            ),
        },
    )
)


@wrong("RES-PARTIAL", "raises if a row failed")
class RaisesFailures(Honest):
    def returned(self, answer: Answer) -> Answer:
        if answer["failed"]:
            raise RefusedError(f"{answer['failed']} messages failed")
        return answer
