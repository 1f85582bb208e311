"""One method of one path of the Synap API: its handler and its flags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from synap_mock.http.auth import authenticate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.rules.bodies import BodyField
    from synap_mock.domain.state import State
    from synap_mock.http.call import Answer, Call

    EntriesOf = Callable[[Any], list[Any]]
    """From the JSON of a body, valid or not, to the entries in it."""
    Handler = Callable[[State, Call, Instance], Answer]
    OpenHandler = Callable[[State, Call], Answer]


class Endpoint(Protocol):
    """What answers a call."""

    @property
    def background(self) -> bool:
        """Whether an SDK sends it by itself, so that it doesn't count among a user's calls."""

    @property
    def usual(self) -> bool:
        """Whether faults strike here that were armed without a route."""

    @property
    def modelled(self) -> bool:
        """Whether the fake knows it."""

    @property
    def wants_key(self) -> bool:
        """Whether a call needs a key."""

    @property
    def handler(self) -> Callable[..., Answer]:
        """What answers it."""

    def answered_by(self, handler: Callable[..., Answer]) -> Endpoint:
        """The same with another handler."""

    @property
    def entries(self) -> EntriesOf | None:
        """Reads the entries that a call sends, for the ledger; None: the route records none."""

    def admit(self, state: State, call: Call) -> Callable[[], Answer]:
        """What carries the call out, once it is known who is speaking.

        Raises:
            Refused: with one of the KEY rules, or CALL-TOO-SOON.
        """


@dataclass(frozen=True, slots=True)
class Keyed:
    """Requires a key."""

    handler: Handler
    background: bool = False
    usual: bool = False
    modelled: bool = True
    wants_key: ClassVar[bool] = True
    entries: EntriesOf | None = None

    def answered_by(self, handler: Callable[..., Answer]) -> Keyed:
        """The same with another handler."""
        return replace(self, handler=handler)

    def admit(self, state: State, call: Call) -> Callable[[], Answer]:
        """What carries the call out for the key's instance."""
        instance = authenticate(state, call)
        return lambda: self.handler(state, call, instance)


@dataclass(frozen=True, slots=True)
class Open:
    """Requires no key."""

    handler: OpenHandler
    background: bool = False
    usual: bool = False
    modelled: bool = True
    wants_key: ClassVar[bool] = False
    entries: ClassVar[None] = None

    def answered_by(self, handler: Callable[..., Answer]) -> Open:
        """The same with another handler."""
        return replace(self, handler=handler)

    def admit(self, state: State, call: Call) -> Callable[[], Answer]:
        """What carries the call out for anybody."""
        return lambda: self.handler(state, call)


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path, stated once. Its text for OpenAPI is in the JSON file next to its handler's module.

    Attributes:
        method: in capitals.
        path: with parameters in braces.
        endpoint: what answers it.
        operation_id: its name in OpenAPI, and in the text.
        summary: its title.
        request: the schema of the body; None: the body is ignored.
        response: the schemas of status 200, one of each dialect where they differ; empty where the text has it.
        fields: what the body has, where its rules are the general ones; the schema `request` is made of them.
    """

    method: str
    path: str
    endpoint: Endpoint
    operation_id: str
    summary: str
    request: str | None = None
    response: tuple[str, ...] = ()
    fields: Sequence[BodyField] = ()

    @property
    def module(self) -> str:
        """The handler's module."""
        return self.endpoint.handler.__module__
