"""Lists that grow without end: every response is a page."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from hostile.bodies import CONVERSATION
from hostile.line import Line
from hostile.request import get, request
from victim import attacked

if TYPE_CHECKING:
    from victim import Victim

PAGE = 2**20
"""Bytes that a response without parameters may have here."""


def record(victim: Victim, conversation_ids: list[str]) -> None:
    with Line(victim.port) as line:
        for start in range(0, len(conversation_ids), 500):
            entries = [
                {"conversation_id": each, "role": "user", "content": "a"}
                for each in conversation_ids[start : start + 500]
            ]
            line.send(request(body=json.dumps({"messages": entries}).encode()))
            assert line.answer().json["succeeded"] == len(entries)


def test_a_conversation_of_300000_messages() -> None:
    with attacked() as victim:
        record(victim, [CONVERSATION] * 300_000)
        for target in (f"/_mock/conversations/{CONVERSATION}", f"/v1/conversations/{CONVERSATION}/messages"):
            for _ in range(10):
                answer = victim.send(get(target.encode()))
                assert (answer.status, len(answer.body) < PAGE) == (200, True)


def test_a_list_of_100000_conversations() -> None:
    with attacked() as victim:
        record(victim, [str(uuid.UUID(int=number)) for number in range(100_000)])
        for _ in range(10):
            answer = victim.send(get(b"/_mock/conversations"))
            assert (answer.status, len(answer.body) < PAGE) == (200, True)


def test_60000_scheduled_faults() -> None:
    with attacked() as victim:
        for _ in range(600):
            faults = [{"fault": "ServerError", "route": "GET /v1/elsewhere"}] * 100
            assert victim.control("POST", "faults", sequence=faults).status == 200
        answer = victim.control("POST", "faults", fault="ServerError", route="GET /v1/elsewhere")
        assert (answer.status, len(answer.body) < PAGE) == (200, True)
