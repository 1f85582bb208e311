"""The app of a fake, served by one process only: the state of a fake is in the memory of the process that made it.

With ``uvicorn --workers 2`` or gunicorn, each worker imports the module, has its own fake and accepts a share of
the connections: every call would be recorded in one of them, at random. Workers share a listening socket, so that the
first process that serves on one claims it, and any other refuses to serve.

This is for apps in other people's servers. What `serve()` starts has one process.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

_DESCRIPTORS: Final = Path("/proc/self/fd")
"""Where Linux lists what a process has open. Elsewhere sockets have no inodes, and a second worker is not noticed."""
_CREDENTIALS: Final = struct.Struct("3i")


class OneProcess:
    """An ASGI app that refuses to serve where another process serves on the same listening socket.

    Args:
        app: the app of a fake.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._claims: list[socket.socket] = []
        weakref.finalize(self, _close, self._claims)  # a fake that is no longer used releases its claims
        self._known: dict[tuple[int, Any, Any], str | None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse to."""
        refusal = self._at_startup() if scope["type"] == "lifespan" else self._at_request(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.failed", "message": refusal})
        elif scope["type"] == "http":
            answer = JSONResponse({"error": refusal, "code": "SECOND_WORKER", "details": {}}, 503)
            await answer(scope, receive, send)
        else:
            await send({"type": "websocket.close"})

    def _at_startup(self) -> str | None:
        """Why not to serve, as far as it is known before the first connection.

        A worker of uvicorn is a spawned process, and has no socket but those that it was given.
        """
        from multiprocessing import context, current_process  # noqa: PLC0415 - only other people's servers need it

        if not isinstance(current_process(), context.SpawnProcess):
            return None
        return self._claimed(inode for inode, listener in _sockets() if _is_bound(listener))

    def _at_request(self, scope: Scope) -> str | None:
        """Why not to serve a request that came by some address."""
        server = scope.get("server")
        if server is None or (server[1] is None and not server[0].startswith("/")):
            return None  # no socket: a client in this process
        key = (os.getpid(), *server)
        if key not in self._known:
            self._known[key] = self._claimed(inode for inode, listener in _sockets() if _listens(listener, *server))
        return self._known[key]

    def _claimed(self, inodes: Iterator[int]) -> str | None:
        """Claim listening sockets; why not to serve where another process has."""
        for inode in inodes:
            owner = self._claim(inode)
            if owner != os.getpid():
                other = f"process {owner}" if owner else "another process"
                return (
                    f"{other} serves this fake already, and a fake keeps its state in one process. "
                    "Start one worker (--workers 1, and no WEB_CONCURRENCY), or run `synap-mock serve` and set "
                    "SYNAP_BASE_URL to its address"
                )
        return None

    def _claim(self, inode: int) -> int:
        """The process that has claimed a socket, which may be this one by now; 0: it is not known.

        The claim is a socket in Linux's abstract namespace: bound once, and gone when its process is.
        """
        name = f"\0synap-mock-{inode}"
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(name)
            claim.listen()
        except OSError:
            claim.close()
            return _owner(name)
        self._claims.append(claim)
        return os.getpid()


def _close(claims: list[socket.socket]) -> None:
    for claim in claims:
        claim.close()


def _owner(name: str) -> int:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(0)
        try:
            peer.connect(name)
            pid, _, _ = _CREDENTIALS.unpack(
                peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)  # type: ignore[attr-defined,unused-ignore] # Linux has it
            )
        except BlockingIOError:  # nothing accepts: the claim's queue is full
            return os.getpid() if _has(name) else 0
        except OSError:
            return 0
    return int(pid)


def _has(name: str) -> bool:
    """Whether this process has the socket of that name."""
    return any(mine.family == socket.AF_UNIX and mine.getsockname() == name.encode() for _, mine in _sockets())


def _sockets() -> Iterator[tuple[int, socket.socket]]:
    """The stream sockets that this process has open, each with its inode."""
    try:
        descriptors = [int(each.name) for each in _DESCRIPTORS.iterdir()]
    except OSError:
        return
    for descriptor in descriptors:
        with suppress(OSError):  # closed meanwhile
            status = os.fstat(descriptor)
            if stat.S_ISSOCK(status.st_mode):
                with socket.socket(fileno=os.dup(descriptor)) as found:
                    if found.type == socket.SOCK_STREAM:
                        yield status.st_ino, found


def _listens(listener: socket.socket, host: str, port: int | None) -> bool:
    """Whether connections to an address are accepted here; a Unix socket has a path and no port."""
    if not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return False
    name = listener.getsockname()
    return name == host if port is None else isinstance(name, tuple) and name[1] == port


def _is_bound(listener: socket.socket) -> bool:
    """Whether a socket has an address of its own and no peer."""
    name = listener.getsockname()
    try:
        listener.getpeername()
    except OSError:
        return bool(name[1] if isinstance(name, tuple) else name)
    return False
