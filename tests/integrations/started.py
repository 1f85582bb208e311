"""The official SDK, started and shut down, as an app that uses an integration does it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from maximem_synap import MaximemSynapSDK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from maximem_synap import SDKConfig


@asynccontextmanager
async def started(config: SDKConfig | None = None) -> AsyncIterator[MaximemSynapSDK]:
    sdk = MaximemSynapSDK(config=config)
    await sdk.initialize()
    try:
        yield sdk
    finally:
        await sdk.shutdown()


@contextmanager
def started_without_a_loop(run_async: Callable[[Awaitable[Any]], Any]) -> Iterator[MaximemSynapSDK]:
    """The same in sync code, for which the integrations have a thread with a loop.

    Args:
        run_async: runs something there. The SDK is shut down there too: its cache closes only what that thread opened,
            and Python 3.13 warns of the rest.
    """
    sdk = MaximemSynapSDK()
    asyncio.run(sdk.initialize())
    try:
        yield sdk
    finally:
        run_async(sdk.shutdown())
