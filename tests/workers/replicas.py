"""Two replicas of one fake in this process, without a log between them."""

from __future__ import annotations

import json
from typing import Any, Final

import httpx

from synap_mock import SynapMock
from synap_mock.domain.values.sources import Looking, using
from synap_mock.http.app import create_app
from synap_mock.http.control.guard import Guard
from synap_mock.replication.applying import Applier, Outcome
from synap_mock.replication.entries import CallEntry, Entry, decode_entry, encode_entry
from synap_mock.replication.snapshots import Snapshot, dump, load
from synap_mock.transports.direct import serve

KEY: Final = "synap_shared_key"
LOOKS: Final = (
    "export",
    "requests",
    "ledger",
    "faults",
    "rejections",
    "answers",
    "worlds",
    "settings",
    "conversations",
    "messages",
    "memories",
    "stats?all=1",
    "requests?all=1",
    "messages?all=1",
)
"""What the control API shows of the state, and no time of a worker's own."""


class Replica:
    """One of them.

    Args:
        snapshot: the state to start with.
    """

    def __init__(self, snapshot: bytes) -> None:
        self.start = load(snapshot)
        self.app = create_app(self.start.worlds, Guard())
        self.applier = Applier(self.app, self.start)

    def apply(self, entry: Entry) -> Outcome:
        return self.applier.apply(decode_entry(encode_entry(entry)))

    def snapshot(self) -> bytes:
        return dump(Snapshot(self.applier.worlds, self.applier.at))

    def looks(self) -> dict[str, str]:
        """Everything that the control API shows."""
        with using(Looking()):
            return {path: shown(self._get(f"/_mock/{path}")) for path in LOOKS}

    def _get(self, path: str) -> str:
        return serve(self.app, httpx.Request("GET", f"http://localhost{path}")).text


def shown(text: str) -> str:
    """The same without what each worker measures itself."""
    try:
        return json.dumps(_without_own(json.loads(text)))
    except ValueError:  # several lines
        return text


def _without_own(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_own(each) for name, each in value.items() if name not in {"duration_ms", "idle_seconds"}}
    return [_without_own(each) for each in value] if isinstance(value, list) else value


def two_replicas(**settings: Any) -> tuple[Replica, Replica]:
    """Two replicas of a new fake."""
    fake = SynapMock(api_key=KEY, **settings)
    snapshot = dump(Snapshot(fake._worlds, 0))  # noqa: SLF001 - what workers share
    return Replica(snapshot), Replica(snapshot)


def posted(number: int, path: str, body: object, *, method: str = "POST", key: str = KEY) -> CallEntry:
    """The entry of a call."""
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    path, _, query = path.partition("?")
    is_control = path.startswith("/_mock/")
    headers = [("host", "localhost"), ("content-type", "application/json")]
    return CallEntry(
        writer="test",
        number=number,
        method=method,
        path=path,
        query=query,
        headers=headers if is_control else [*headers, ("authorization", f"Bearer {key}")],
        body=content,
        size=len(content),
        admitted="any" if is_control else None,
    )
