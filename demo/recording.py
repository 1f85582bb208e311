"""Recording through the official SDK."""

from __future__ import annotations

import os
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger import Ledger
from maximem_synap import MaximemSynapSDK, SDKConfig
from screen import batch_table, progress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from conversations import Entry, FaultyExport
    from fake_process import FakeProcess
    from rich.console import Console


@dataclass(slots=True)
class Recording:
    """What was recorded, and what it took.

    Attributes:
        ledger: what was accepted.
        messages: how many the figures below are about.
        seconds: from the first batch to the last answer.
        fake_seconds: what the fake computed of these.
        resident_bytes: the fake's memory afterwards.
        grown_bytes: how much of it came with the messages.
    """

    ledger: Ledger = field(default_factory=Ledger)
    messages: int = 0
    seconds: float = 0.0
    fake_seconds: float = 0.0
    resident_bytes: int = 0
    grown_bytes: int = 0


async def record(
    console: Console, fake: FakeProcess, entries: Sequence[Entry], batch_size: int, faulty: FaultyExport
) -> Recording:
    """Record the entries in batches, in their order, then the faulty batch.

    Raises:
        Differs: an answer doesn't add up, or the wrong entries were refused.
        SynapError: the SDK gave up.
    """
    recording = Recording(messages=len(entries))
    ledger = recording.ledger
    async with official_sdk(fake) as sdk:
        resident, computed = fake.resident_bytes(), fake.cpu_seconds()
        began = time.perf_counter()
        with progress(console, "recording", len(entries)) as advance:
            for start in range(0, len(entries), batch_size):
                batch = list(entries[start : start + batch_size])
                ledger.enter(batch, await sdk.conversation.record_messages_batch(messages=batch))
                advance(len(batch))
        recording.seconds = time.perf_counter() - began
        recording.fake_seconds = fake.cpu_seconds() - computed
        recording.resident_bytes = fake.resident_bytes()
        recording.grown_bytes = recording.resident_bytes - resident

        answer = await sdk.conversation.record_messages_batch(messages=faulty.entries)
        rows = ledger.enter(faulty.entries, answer, faulty.refused)
        console.print("\nOne more batch, with three faults in it: these entries fail, the others don't.")
        console.print(batch_table(faulty.entries, rows))
    return recording


@asynccontextmanager
async def official_sdk(fake: FakeProcess) -> AsyncIterator[MaximemSynapSDK]:
    """The SDK as its users have it, with its two environment variables set; shut down at the end.

    One default is changed: the cache on disk is off. It opens a file for each conversation and keeps it open (0.6.9,
    cache/manager.py), so 15,000 conversations run into the limit of open files, which is 1,024 in most shells. Nothing
    reaches the user's ~/.synap this way either. The mirror in memory, which follows every batch, stays on.
    """
    os.environ.update(SYNAP_BASE_URL=fake.url, SYNAP_API_KEY=fake.api_key)
    sdk = MaximemSynapSDK(config=SDKConfig(cache_backend=None))
    try:
        await sdk.initialize()
        yield sdk
    finally:
        await sdk.shutdown()
