"""A server needs a thread of the operating system, which gevent and eventlet replace when they patch `threading`."""

from __future__ import annotations

import _thread
from types import BuiltinFunctionType


def require_system_threads() -> None:
    """Check that a new thread runs alongside this one.

    Raises:
        RuntimeError: Threads are green: the server's event loop would block the thread that waits for it, permanently.
    """
    replaced = not isinstance(_thread.start_new_thread, BuiltinFunctionType)
    if replaced:
        raise RuntimeError(
            "the server can't run here: threads are replaced by green ones (gevent's or eventlet's monkey patching), "
            "and its event loop would block them all. Patch with gevent's monkey.patch_all(thread=False), or run "
            "`synap-mock serve` as a process of its own and set SYNAP_BASE_URL to its address"
        )
