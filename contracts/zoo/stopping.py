"""Clients that stop what runs them: they ask the user, cancel their task, or end their process."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, Final

from honest import AsyncHonest, Honest
from labels import wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from steps import Answer, Entry

_LARGE: Final = 10
"""Batches with more messages than this are large."""


@wrong("ACCEPT", "asks the user on standard input before it sends a large batch")
class AsksTheUser(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        if len(entries) > _LARGE and input(f"send {len(entries)} messages? ") != "yes":
            raise KeyboardInterrupt
        return super().record(entries)


@wrong("ACCEPT", "cancels its own task in place of sending a large batch")
class CancelsItself(AsyncHonest):
    async def record_messages_batch(self, messages: Iterable[Mapping[str, Any]]) -> Answer:
        entries = list(messages)
        task = asyncio.current_task()
        if len(entries) > _LARGE and task is not None:
            task.cancel()
        return await super().record_messages_batch(entries)


@wrong("ACCEPT", "ends its process at a large batch")
class EndsItsProcess(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        if len(entries) > _LARGE:
            os._exit(3)
        return super().record(entries)
