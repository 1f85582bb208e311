"""Replay the corpus, or record it again: ``python tests/corpus/replay.py`` writes ``responses/``.

One file per scenario, one response per line: what an intended change of a response changes here is in its diff.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx

if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).parent.parent))

from asking import in_process
from corpus.scenarios import SCENARIOS

from synap_mock import SynapMock

if TYPE_CHECKING:
    from corpus.scenarios import Scenario, Step

RESPONSES: Final = Path(__file__).parent / "responses"
_RANDOM: Final = re.compile(r"\b(?:inst|cli)_[0-9a-f]{16}\b")
_DURATION: Final = re.compile(r'("duration_ms\\*":)[0-9.e-]+')
_CORRELATION: Final = "corpus"
_DROPPED: Final = {"content-length", "x-correlation-id"}
"""The length follows from the body; the corpus sends the correlation id."""


def file_of(name: str) -> Path:
    """The file that has the responses of a scenario."""
    return RESPONSES / f"{re.sub('[^a-z0-9]+', '-', name)}.jsonl"


def responses(scenario: Scenario) -> list[str]:
    """What a fake responds to a scenario, a line each: status, headers and body, or the transport's exception."""
    fake = SynapMock(api_key="synap_corpus_key_0001", seed=1, freeze="2020-02-29T12:00:00Z", **scenario.settings)
    client = in_process(fake)
    ids: dict[str, str] = {}
    return [
        _RANDOM.sub(
            lambda found: ids.setdefault(found[0], f"{found[0][:4]}#{len(ids)}"),
            _DURATION.sub(r"\g<1>0", _line(client, step)),
        )
        for step in scenario.steps
    ]


def _line(client: httpx.Client, step: Step) -> str:
    request = client.build_request(
        step.method, step.path, content=step.body, headers={"x-correlation-id": _CORRELATION, **step.headers}
    )
    for name, value in step.headers.items():
        if not value:
            del request.headers[name]
    asked = f"{step.method} {step.path}"
    try:
        response = client.send(request)
        headers = {name: value for name, value in response.headers.items() if name not in _DROPPED}
        outcome = {"status": response.status_code, "headers": headers, "body": response.text}
    except httpx.TransportError as error:
        outcome = {"raises": f"{type(error).__name__}: {error}"}
    return json.dumps({"request": asked, **outcome})


def write() -> None:
    """Write every scenario's responses."""
    RESPONSES.mkdir(exist_ok=True)
    for name, scenario in SCENARIOS.items():
        file_of(name).write_text("".join(f"{line}\n" for line in responses(scenario)), encoding="utf-8")


if __name__ == "__main__":
    write()
