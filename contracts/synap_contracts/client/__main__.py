"""``python -m synap_contracts.client module:factory``: the Python host as a process of its own."""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
from typing import TYPE_CHECKING

from synap_contracts.client import protocol
from synap_contracts.client.host import loading
from synap_contracts.client.host.service import Host, serve

if TYPE_CHECKING:
    from collections.abc import Callable


def main(spec: str, name: str, folders: tuple[str, ...]) -> None:
    """Serve the protocol on standard input and output.

    The client's own prints go to standard error: standard output is the protocol's alone.
    """
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def write(line: bytes) -> None:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # what the client printed comes before the answer
        answers.write(line)

    try:
        factory = loading.load(spec, folders)
    except loading.NoSuchClient as error:
        write(protocol.encode({"unusable": str(error)}))
        return
    host = Host(factory, name, loading.version_of(factory))
    asyncio.run(_served(host, write))
    answers.flush()
    atexit._run_exitfuncs()  # noqa: SLF001 - os._exit leaves them out, and what a client says then is looked at too
    os._exit(0)  # a client's threads that hang shall not keep the process


async def _served(host: Host, write: Callable[[bytes], None]) -> None:
    await serve(host, sys.stdin.buffer, write)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], tuple(sys.argv[3:]))
