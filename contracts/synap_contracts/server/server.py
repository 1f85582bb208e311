"""The server that a client is run against, as seen over HTTP: its control face, and what it recorded."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from synap_contracts.server.connection import NoAnswer, Wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = Any
Means = Literal["truth", "faults", "rejections", "keys", "journal", "clock"]

BATCH: Final = "/v1/conversations/messages/batch"
ONE: Final = "/v1/conversations/messages"

MEANS: Final[dict[Means, str]] = {
    "truth": "GET /_mock/conversations",
    "faults": "POST /_mock/faults",
    "rejections": "POST /_mock/rejections",
    "keys": "POST /_mock/keys",
    "journal": "GET /_mock/requests",
    "clock": "POST /_mock/clock",
}

UNKNOWN: Final = object()
"""A field that reading back over `/v1` does not tell."""

_ZERO: Final = "00000000-0000-0000-0000-000000000000"


_PROBES: Final[tuple[tuple[Means, str, str, Json], ...]] = (
    ("truth", "GET", "/_mock/conversations", None),
    ("journal", "GET", "/_mock/requests?limit=1", None),
    ("keys", "POST", "/_mock/keys", {}),
    ("faults", "GET", "/_mock/faults", None),
    ("rejections", "POST", "/_mock/rejections", {"where": _ZERO, "error": "never"}),
    ("clock", "POST", "/_mock/clock", {"advance": 0}),
)


class ServerError(Exception):
    """The server, or its control face, did not do what it is there for: nothing is known of the client."""


@dataclass(frozen=True)
class Recorded:
    """A message as the server has it."""

    message_id: Json
    position: int
    entry: Json
    recorded_at: Json


@dataclass(frozen=True)
class Request:
    """A request to the batch route, as the journal has it."""

    at: dt.datetime
    method: str
    path: str
    status: int | None
    body: str
    answer: str


Truth = dict[tuple[str, str], tuple[Recorded, ...]]
"""By instance and conversation, in the order of recording."""


@dataclass(frozen=True)
class Key:
    """An API key, and the instance it belongs to."""

    key: str
    instance_id: str


@dataclass
class Server:
    """A server under test conditions.

    Args:
        url: Where it listens.
        api_key: A key that it takes, where keys can't be made.
        control_token: What its control face wants.
    """

    url: str
    api_key: str | None = None
    control_token: str | None = None
    means: frozenset[Means] = frozenset()
    dialect: str = "documented"
    asked: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    """The keys that it issued, and what was given: no report shows them."""

    def __post_init__(self) -> None:
        """Connect, and find out what the server can do."""
        headers = {"Authorization": f"Bearer {self.control_token}"} if self.control_token else {}
        self.wire = Wire(self.url, headers)
        self.secrets |= {each for each in (self.api_key, self.control_token) if each}

    def probe(self) -> None:
        """Find out what the server can do.

        Raises:
            ServerError: Nothing answers there.
        """
        found: set[Means] = set()
        try:
            for means, method, path, body in _PROBES:
                if self.wire.ask(method, path, body).ok:
                    found.add(means)
            if found:
                self.control("POST", "/_mock/reset")
        except NoAnswer as error:
            raise ServerError(f"no server answers at {self.url}: {error}") from error
        self.means = frozenset(found)

    def control(self, method: str, path: str, body: Json = None) -> Json:
        """Ask the control face.

        Raises:
            ServerError: It refused, or is gone.
        """
        try:
            answer = self.wire.ask(method, path, body)
        except NoAnswer as error:
            raise ServerError(f"{method} {path} got no answer: {error}") from error
        if not answer.ok:
            raise ServerError(
                f"{method} {path} was answered {answer.status}: {answer.body[:300].decode(errors='replace')}"
            )
        try:
            return answer.json() if answer.body else None
        except ValueError:
            return None

    def reset(self) -> None:
        """A clean slate, where the server can give one."""
        self.asked.clear()
        if "truth" in self.means:
            self.control("POST", "/_mock/reset")

    def new_key(self, tenancy: str | None = None) -> Key:
        """A key of a new instance; the given one, where the server makes none."""
        if "keys" not in self.means:
            return Key(self.api_key or "", "")
        made = self.control("POST", "/_mock/keys", {"tenancy": tenancy} if tenancy else {})
        self.secrets.add(made["key"])
        return Key(made["key"], made["instance_id"])

    def revoke(self, key: Key) -> None:
        """Revoke a key."""
        self.control("DELETE", f"/_mock/keys/{key.key}")

    def arm(self, fault: Json) -> None:
        """Let the next calls go wrong."""
        self.control("POST", "/_mock/faults", fault)

    def armed(self) -> list[Json]:
        """What may still go wrong, and how often; nothing where the server doesn't tell."""
        return [each for each in self._listed("/_mock/faults", "faults") if isinstance(each, dict)]

    def _listed(self, path: str, name: str) -> list[Json]:
        """Every item of a list on the control API, page by page."""
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

    def disarm(self) -> None:
        """Let nothing go wrong any more."""
        self.control("DELETE", "/_mock/faults")

    def refuse(self, where: Json, error: str, times: int | None) -> None:
        """Refuse matching entries, so many times or until the next reset."""
        self.control("POST", "/_mock/rejections", {"where": where, "error": error, "times": times})

    def settings(self, **settings: Json) -> None:
        """Change settings of the fake."""
        self.control("PATCH", "/_mock/settings", settings)

    def truth(self, asked: Iterable[str], key: str) -> Truth:
        """What is recorded: everything by the control face, else the asked conversations, read back."""
        if "truth" in self.means:
            return self._whole_truth()
        self.asked |= set(asked)
        return {("", each): rows for each in sorted(self.asked) if (rows := self._read_back(each, key))}

    def _whole_truth(self) -> Truth:
        listed = self._listed("/_mock/conversations", "conversations")
        truth: Truth = {}
        for each in listed:
            path = f"/_mock/conversations/{each['conversation_id']}?instance_id={each['instance_id']}"
            messages = self._listed(path, "messages")
            truth[each["instance_id"], each["conversation_id"]] = tuple(
                Recorded(
                    row["message_id"],
                    row["position"],
                    {**row, "conversation_id": each["conversation_id"]},
                    row["recorded_at"],
                )
                for row in messages
            )
        return truth

    def _read_back(self, conversation_id: str, key: str) -> tuple[Recorded, ...]:
        rows: list[Recorded] = []
        headers = {"Authorization": f"Bearer {key}"}
        while True:
            path = f"/v1/conversations/{conversation_id}/messages?start={len(rows) + 1}&limit=500"
            try:
                answer = self.wire.ask("GET", path, headers=headers)
                turns = answer.json()["turns"] if answer.ok else []
            except (NoAnswer, ValueError, KeyError) as error:
                raise ServerError(f"reading back {conversation_id} failed: {error!r}") from error
            rows += [
                Recorded(
                    turn["message_id"],
                    turn["position"],
                    {
                        "conversation_id": conversation_id,
                        "role": turn["role"],
                        "content": turn["content"],
                        "metadata": UNKNOWN,
                        "user_id": UNKNOWN,
                        "customer_id": UNKNOWN,
                        "session_id": UNKNOWN,
                    },
                    turn["timestamp"],
                )
                for turn in turns
            ]
            if len(turns) < 500:  # noqa: PLR2004 - the page asked for
                return tuple(rows)

    def requests(self) -> tuple[Request, ...]:
        """The recording requests since the last reset, oldest first."""
        if "journal" not in self.means:
            return ()
        listed = self.control("GET", "/_mock/requests?limit=1000")["requests"]
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
        self.wire.close()


@contextmanager
def own_server(dialect: str) -> Iterator[Server]:
    """A fake of this package on a free port, until the block ends."""
    from synap_mock import SynapMock  # noqa: PLC0415 - only where no --url is given

    with SynapMock(dialect=dialect).serve() as started:
        server = Server(started.url, dialect=dialect)
        server.probe()
        try:
            yield server
        finally:
            server.close()
