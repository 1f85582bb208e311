"""The lines of the adapter protocol as types. Their JSON Schema, and what `adapter check` says, are made from these."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypeAlias, TypedDict

Feature = Literal["timeout_s", "retry", "listen", "given", "loop", "input", "ends", "python"]


class Limits(TypedDict):
    """Values that cannot reach the client, because its language or its JSON library does not have them."""

    integers: NotRequired[Annotated[int | None, "The largest integer that is kept exactly."]]
    surrogates: NotRequired[Annotated[bool, "Whether a lone surrogate can reach the client."]]


class HelloFields(TypedDict):
    """What an adapter declares."""

    protocol: Annotated[Literal[1], "The version of the protocol."]
    name: Annotated[str, "The name of the client in reports."]
    version: NotRequired[Annotated[str | None, "The version of the client."]]
    can: NotRequired[Annotated[list[Feature], "The optional features of the adapter."]]
    limits: NotRequired[Limits]
    concurrent: NotRequired[Annotated[bool, "Whether calls can be concurrent."]]
    recovers_s: NotRequired[Annotated[float, "How long the client refuses calls after an error, in seconds."]]


class Hello(TypedDict):
    """The first line of an adapter."""

    hello: HelloFields


class Unusable(TypedDict):
    """The first line of an adapter that cannot start."""

    unusable: Annotated[str, "Why."]


class OpenRequest(TypedDict):
    """Opens a client."""

    id: int
    do: Literal["open"]
    client: Annotated[str, "The name by which later requests refer to it."]
    base_url: str
    api_key: Annotated[str | None, "null: the client gets no key."]
    timeout_s: Annotated[float, "The timeout of the client, in seconds."]
    retry: Annotated[Literal["fast", "own"], "Whether waits between retries are short, or those of the client."]


class CallRequest(TypedDict):
    """Calls `record_messages_batch`."""

    id: int
    do: Literal["call"]
    client: str
    messages: Annotated[list[Any], "The messages, which must reach the client unchanged, including invalid ones."]
    given: NotRequired[Annotated[Literal["list", "tuple", "generator"], "The type in which they are passed."]]
    loop: NotRequired[Annotated[Literal["shared", "own"], "Whether the call runs in an event loop of its own."]]
    tagged: NotRequired[Annotated[bool, "Whether objects with the key $python stand for values of Python."]]


class CloseRequest(TypedDict):
    """Closes a client."""

    id: int
    do: Literal["close"]
    client: str


class PingRequest(TypedDict):
    """Asks whether the adapter still works."""

    id: int
    do: Literal["ping"]


class ListenRequest(TypedDict):
    """Begins, or ends, collecting log records."""

    id: int
    do: Literal["listen"]
    on: bool


class Altered(TypedDict):
    """An answer that has changed since it was returned."""

    id: Annotated[int, "The request that it answered."]
    at: Annotated[str, "Where it differs."]


class AnswerReply(TypedDict):
    """The request was performed."""

    id: int
    answer: Annotated[Any, "What the client returned; null for open and close; pong for ping; a list for listen."]
    changed: NotRequired[Annotated[str | None, "Where the call changed the caller's messages."]]
    altered: NotRequired[list[Altered]]


RaisedFields = TypedDict(
    "RaisedFields",
    {
        "class": Annotated[str, "The name of the class."],
        "names": NotRequired[Annotated[list[str], "The client's own classes of the error, by name."]],
        "text": Annotated[str, "The text of the error."],
        "said": NotRequired[Annotated[list[str], "All texts of the error, including those of causes."]],
        "places": NotRequired[Annotated[list[str], "Where each of these texts is."]],
        "status": NotRequired[Annotated[int | None, "The HTTP status."]],
        "traceback": NotRequired[Annotated[str, "Where it was raised."]],
    },
)
RaisedFields.__doc__ = "An error that the client reported."


class RaisedReply(TypedDict):
    """The client reported an error."""

    id: int
    raised: RaisedFields
    changed: NotRequired[str | None]
    altered: NotRequired[list[Altered]]


class BrokenReply(TypedDict):
    """The adapter itself failed."""

    id: int
    broken: Annotated[str, "Why."]


Request: TypeAlias = OpenRequest | CallRequest | CloseRequest | PingRequest | ListenRequest
Reply: TypeAlias = AnswerReply | RaisedReply | BrokenReply
FirstLine: TypeAlias = Hello | Unusable
