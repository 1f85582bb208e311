"""The server that a client runs against: its control API, and the messages that it recorded."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from synap_contracts.observation.expected import OPTIONAL_STRINGS
from synap_contracts.server.connection import Connection, NoResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json: TypeAlias = Any
Capability = Literal["truth", "faults", "rejections", "keys", "journal", "clock"]

BATCH: Final = "/v1/conversations/messages/batch"
ONE: Final = "/v1/conversations/messages"
BATCH_ROUTE: Final = f"POST {BATCH}"

ROUTES: Final[dict[Capability, str]] = {
    "truth": "GET /_mock/conversations",
    "faults": "POST /_mock/faults",
    "rejections": "POST /_mock/rejections",
    "keys": "POST /_mock/keys",
    "journal": "GET /_mock/requests",
    "clock": "POST /_mock/clock",
}
"""The route that a server must have for each capability."""

UNKNOWN: Final = object()
"""A field that reading back over `/v1` does not return."""

_ZERO: Final = "00000000-0000-0000-0000-000000000000"
_PAGE_SIZE: Final = 500


_PROBES: Final[tuple[tuple[Capability, str, str, Json], ...]] = (
    ("truth", "GET", "/_mock/conversations", None),
    ("journal", "GET", "/_mock/requests?limit=1", None),
    ("keys", "POST", "/_mock/keys", {}),
    ("faults", "GET", "/_mock/faults", None),
    ("rejections", "POST", "/_mock/rejections", {"where": _ZERO, "error": "never"}),
    ("clock", "POST", "/_mock/clock", {"advance": 0}),
)


class ServerError(Exception):
    """The server, or its control API, failed: the run says nothing about the client."""


@dataclass(frozen=True)
class Recorded:
    """A message as the server recorded it."""

    message_id: Json
    position: int
    entry: Json
    recorded_at: Json


@dataclass(frozen=True)
class Request:
    """A request to a recording route, as the journal has it."""

    at: dt.datetime
    method: str
    path: str
    status: int | None
    body: str
    answer: str


Recording = dict[tuple[str, str], tuple[Recorded, ...]]
"""All recorded messages by instance and conversation, in the order in which they were recorded."""


@dataclass(frozen=True)
class Key:
    """An API key and the instance that it belongs to."""

    key: str
    instance_id: str


@dataclass
class Server:
    """A server that clients run against.

    Args:
        url: The URL.
        api_key: A valid key, for a server that cannot create keys.
        control_token: The token for the control API.
    """

    url: str
    api_key: str | None = None
    control_token: str | None = None
    capabilities: frozenset[Capability] = frozenset()
    lists_messages: bool = False
    """Whether the server returns all recorded messages at once."""
    dialect: str = "documented"
    conversations: set[str] = field(default_factory=set)
    """The conversations that were submitted, for a server whose messages are read back one conversation at a time."""
    secrets: set[str] = field(default_factory=set)
    """All keys and tokens: reports never show them."""

    def __post_init__(self) -> None:
        """Create the connection."""
        headers = {"Authorization": f"Bearer {self.control_token}"} if self.control_token else {}
        self.connection = Connection(self.url, headers)
        self.secrets |= {each for each in (self.api_key, self.control_token) if each}

    def probe(self) -> None:
        """Find out the capabilities of the server.

        Raises:
            ServerError: The server does not respond.
        """
        found: set[Capability] = set()
        try:
            for capability, method, path, body in _PROBES:
                if self.connection.request(method, path, body).ok:
                    found.add(capability)
            self.lists_messages = "truth" in found and self.connection.request("GET", "/_mock/messages?limit=1").ok
            if found:
                self.control("POST", "/_mock/reset")
        except NoResponse as error:
            raise ServerError(f"no server responds at {self.url}: {error}") from error
        self.capabilities = frozenset(found)

    def control(self, method: str, path: str, body: Json = None) -> Json:
        """Send a request to the control API.

        Raises:
            ServerError: The request failed.
        """
        try:
            response = self.connection.request(method, path, body)
        except NoResponse as error:
            raise ServerError(f"{method} {path} got no response: {error}") from error
        if not response.ok:
            text = response.body[:300].decode(errors="replace")
            raise ServerError(f"{method} {path} returned {response.status}: {text}")
        try:
            return response.json() if response.body else None
        except ValueError:
            return None

    def reset(self) -> None:
        """Delete all recorded data, if the server can."""
        self.conversations.clear()
        if "truth" in self.capabilities:
            self.control("POST", "/_mock/reset")

    def new_key(self, tenancy: str | None = None) -> Key:
        """Create a key of a new instance, or return the given key if the server cannot create keys."""
        if "keys" not in self.capabilities:
            return Key(self.api_key or "", "")
        created = self.control("POST", "/_mock/keys", {"tenancy": tenancy} if tenancy else {})
        self.secrets.add(created["key"])
        return Key(created["key"], created["instance_id"])

    def revoke(self, key: Key) -> None:
        """Revoke a key."""
        self.control("DELETE", f"/_mock/keys/{key.key}")

    def schedule_fault(self, fault: Json) -> None:
        """Schedule a fault for the next calls."""
        self.control("POST", "/_mock/faults", fault)

    def scheduled_faults(self) -> list[Json]:
        """Return the faults that are still scheduled, or an empty list if the server does not list them."""
        return [each for each in self._list("/_mock/faults", "faults") if isinstance(each, dict)]

    def _list(self, path: str, name: str) -> list[Json]:
        """Return all items of a list of the control API, page by page."""
        items: list[Json] = []
        after = ""
        while True:
            page = self.control("GET", f"{path}{'&' if '?' in path else '?'}limit=1000{after}")
            found = page.get(name) if isinstance(page, dict) else None
            if not isinstance(found, list):
                return items
            items += found
            if not found or not page.get("next"):
                return items
            after = f"&after={page['next']}"

    def clear_faults(self) -> None:
        """Remove all scheduled faults."""
        self.control("DELETE", "/_mock/faults")

    def reject(self, where: Json, error: str, times: int | None) -> None:
        """Reject matching entries a number of times, or until the next reset."""
        self.control("POST", "/_mock/rejections", {"where": where, "error": error, "times": times})

    def change_settings(self, **settings: Json) -> None:
        """Change settings of the fake."""
        self.control("PATCH", "/_mock/settings", settings)

    def recording(self, conversations: Iterable[str], key: str) -> Recording:
        """Return all recorded messages, or those of the given and earlier conversations if they must be read back."""
        if "truth" in self.capabilities:
            return self._all_recorded()
        self.conversations |= set(conversations)
        return {("", each): rows for each in sorted(self.conversations) if (rows := self._read_back(each, key))}

    def _all_recorded(self) -> Recording:
        if not self.lists_messages:
            return self._recorded_by_conversation()
        rows: dict[tuple[str, str], list[Recorded]] = {}
        for each in self._list("/_mock/messages", "messages"):
            place = each["instance_id"], each["conversation_id"]
            rows.setdefault(place, []).append(_from_row(each["conversation_id"], each))
        return {place: tuple(sorted(found, key=lambda each: each.position)) for place, found in rows.items()}

    def _recorded_by_conversation(self) -> Recording:
        """Return all recorded messages of a fake that has no list of all of them."""
        recording: Recording = {}
        for each in self._list("/_mock/conversations", "conversations"):
            path = f"/_mock/conversations/{each['conversation_id']}?instance_id={each['instance_id']}"
            rows = self._list(path, "messages")
            recording[each["instance_id"], each["conversation_id"]] = tuple(
                _from_row(each["conversation_id"], row) for row in rows
            )
        return recording

    def _read_back(self, conversation_id: str, key: str) -> tuple[Recorded, ...]:
        rows: list[Recorded] = []
        headers = {"Authorization": f"Bearer {key}"}
        while True:
            path = f"/v1/conversations/{conversation_id}/messages?start={len(rows) + 1}&limit={_PAGE_SIZE}"
            try:
                response = self.connection.request("GET", path, headers=headers)
                turns = response.json()["turns"] if response.ok else []
            except (NoResponse, ValueError, KeyError) as error:
                raise ServerError(f"reading back {conversation_id} failed: {error!r}") from error
            rows += [_from_turn(conversation_id, turn) for turn in turns]
            if len(turns) < _PAGE_SIZE:
                return tuple(rows)

    def requests(self) -> tuple[Request, ...]:
        """Return the recording requests since the last reset, the oldest first."""
        if "journal" not in self.capabilities:
            return ()
        listed = self._list("/_mock/requests", "requests")
        return tuple(
            Request(
                dt.datetime.fromisoformat(each["at"]),
                each["method"],
                each["path"],
                each["status"],
                each["body"] if isinstance(each["body"], str) else json.dumps(each["body"]),
                each["answer"] if isinstance(each["answer"], str) else json.dumps(each["answer"]),
            )
            for each in reversed(listed)
            if each["path"] in {BATCH, ONE} and each["method"] == "POST"
        )

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def _from_row(conversation_id: str, row: Json) -> Recorded:
    entry = {name: value for name, value in row.items() if name != "instance_id"} | {"conversation_id": conversation_id}
    return Recorded(row["message_id"], row["position"], entry, row["recorded_at"])


def _from_turn(conversation_id: str, turn: Json) -> Recorded:
    entry = {
        "conversation_id": conversation_id,
        "role": turn["role"],
        "content": turn["content"],
        **dict.fromkeys(("metadata", *OPTIONAL_STRINGS), UNKNOWN),
    }
    return Recorded(turn["message_id"], turn["position"], entry, turn["timestamp"])


@contextmanager
def own_server(dialect: str) -> Iterator[Server]:
    """Start a fake of this package on a free port until the block ends."""
    from synap_mock import SynapMock  # noqa: PLC0415 - not loaded if --url is given

    with SynapMock(dialect=dialect).serve() as started:
        server = Server(started.url, dialect=dialect)
        server.probe()
        try:
            yield server
        finally:
            server.close()
