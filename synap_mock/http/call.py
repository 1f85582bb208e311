"""One call of the Synap API: the request and the response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from synap_mock.domain.redaction.credentials import sent_credentials

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.faults.fault import Fault, Lost, Unreachable
    from synap_mock.domain.ledger.sent import Written
    from synap_mock.domain.redaction.redactor import Redactor
    from synap_mock.domain.rules.rule import Refusal
    from synap_mock.domain.state import State
    from synap_mock.http.body import Body


_JSON: Final = (("content-type", "application/json"),)


@dataclass(slots=True)
class Call:
    """What a client sent.

    Attributes:
        state: of the world that its key selects.
        method: in capitals.
        path: decoded, without the query.
        query: as sent.
        path_params: what the route's pattern took out of the path.
        headers: names in lower case; of a repeated one, the first.
        body: as it came.
        instance: whose key it is, once authenticated.
        limits: the headers that tell what the key may still do, where calls are limited.
        started: its ticket of the ledger, where it sends entries.
        began: when its body had been read: the real time in seconds, from an arbitrary start.
        pattern: the pattern of its path; empty: the route is not modelled.
        era: the state's when the call began, or when it was carried out.
    """

    state: State
    method: str
    path: str
    query: str
    path_params: dict[str, str]
    headers: dict[bytes, bytes]
    body: Body
    instance: Instance | None = None
    limits: tuple[tuple[str, str], ...] = ()
    started: int = 0
    began: float = 0.0
    pattern: str = ""
    era: int = 0

    @property
    def route(self) -> str:
        """Method and path, as messages name it."""
        return f"{self.method} {self.path}"

    def redactor(self, state: State) -> Redactor:
        """Masks what the fake knows as keys; where the call was not accepted, also the credentials that it bears."""
        return state.redactor if self.instance else state.redactor.also(sent_credentials(self.headers.items()))

    def header(self, name: bytes) -> str:
        """A header's value; empty where there is none, since an empty one means absent."""
        return self.headers.get(name, b"").strip().decode("latin-1")


@dataclass(slots=True)
class Answer:
    """What the client gets."""

    status: int
    body: bytes
    refusals: tuple[Refusal, ...] = ()
    """The rules that fired, for the journal."""
    headers: tuple[tuple[str, str], ...] = _JSON
    """Names in lower case."""
    fault: Fault | None = None
    """What went wrong with it, because a test armed that."""
    lost: Lost | Unreachable | None = None
    """How it is lost on the line, where it is."""
    written: Written | None = None
    """What a route that records entries did with them; None: nothing was carried out."""
