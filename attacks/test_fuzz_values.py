"""Requests that HTTP accepts, with damaged values: no 5xx, and a 4xx changes nothing. `--seed` repeats a run."""

from __future__ import annotations

import http.client
import json
import random
import re
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import pytest
from requests_drawn import Drawn, draw
from victim import attacked

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE: Final = 10
"""Of so many requests, one is compared."""
FRESH: Final = 200
"""After so many requests, the worlds are deleted and everything is as at the start."""
SCHEDULED: Final = ("faults", "rejections", "answers")
"""What a call of the Synap API may use up."""


class Client:
    """A client of the server, with a key of the default world and of two others."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.known: dict[str, list[str]] = {}
        """What the server has returned, by name: ids, numbers, keys."""
        self.keys: list[str] = []
        self.settings = json.loads(self.call("GET", "/_mock/settings")[1])

    def call(self, method: str, target: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Send a request."""
        try:
            self._connection.request(method, target, body, headers)
            response = self._connection.getresponse()
            return response.status, response.read()
        except http.client.HTTPException:
            self._connection.close()
            raise

    def send(self, drawn: Drawn, key: str) -> tuple[int, bytes]:
        """Send a drawn request, of the Synap API with a key."""
        bearer = {} if drawn.is_control else {"Authorization": f"Bearer {key}"}
        status, body = self.call(
            drawn.method, drawn.target, drawn.body, **{"Content-Type": drawn.content_type, **bearer}
        )
        for name, value in re.findall(rb'"(\w+_id|number|next)": ?"?([\w.-]{1,80})"?[,}]', body[:2000]):
            self.known.setdefault(name.decode().replace("next", "after"), []).append(value.decode())
        return status, body

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def begin_again(self) -> None:
        """Be as at the start, with new worlds."""
        for world in json.loads(self.call("GET", "/_mock/worlds?limit=1000")[1])["worlds"][1:]:
            self.call("DELETE", f"/_mock/worlds/{world['world']}")
        self.call("PATCH", "/_mock/settings", json.dumps(self.settings).encode())
        self.call("POST", "/_mock/reset")
        wanted = [json.dumps({"world": name}).encode() for name in ("default", "w1", "w2")]
        self.keys = [json.loads(self.call("POST", "/_mock/keys", each)[1])["key"] for each in wanted]
        self.known = {"key": [*self.keys * 3, "unknown"], "world": ["default", "w1", "w2", "w3"]}

    def state(self, *, scheduled: bool) -> dict[str, Any]:
        """What the worlds have, without the journal.

        Args:
            scheduled: whether with the numbers of faults, rejections and canned responses.
        """
        worlds = json.loads(self.call("GET", "/_mock/stats?all=1&limit=1000")[1])["worlds"]
        left_out = {"requests", "evicted", *(() if scheduled else SCHEDULED)}
        counts = [{name: count for name, count in world.items() if name not in left_out} for world in worlds]
        exports = [self.call("GET", f"/_mock/export?key={key}") for key in self.keys]
        settings = [self.call("GET", f"/_mock/settings?key={key}") for key in self.keys]
        return {"counts": counts, "exports": exports, "settings": settings}


@pytest.mark.parametrize("stored", ["memory", "database"])
def test_damaged_values_get_no_5xx_and_a_4xx_changes_nothing(
    seed: int, count: int, stored: str, tmp_path: Path
) -> None:
    print(f"--seed {seed} --count {count}")
    source = random.Random(seed)  # noqa: S311 - repeatable, not secret
    statuses: Counter[int] = Counter()
    compared = 0
    options = ["--database", str(tmp_path / "fake.db")] if stored == "database" else []
    with attacked(*options, latency=1) as victim, closing(Client(victim.port)) as client:
        for number in range(count // 2):
            if number % FRESH == 0:
                client.begin_again()
            drawn, key = draw(source, client.known), source.choice(client.keys)
            is_compared = number % SAMPLE == 0
            before = client.state(scheduled=drawn.is_control) if is_compared else {}
            status, body = client.send(drawn, key)
            statuses[status] += 1
            report = f"request {number} of --seed {seed}: {drawn} got {status} {body[:500]!r}"
            assert status < 500, report
            if is_compared and status >= 400:
                compared += 1
                assert client.state(scheduled=drawn.is_control) == before, report
    print(f"{stored}: statuses {dict(statuses)}; compared after {compared} rejections")
