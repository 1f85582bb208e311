"""``synap-mock serve --workers N``: several processes serve one fake on one port."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from synap_mock.cli import logs
from synap_mock.cli.errors import Failed
from synap_mock.cli.state_options import load_file
from synap_mock.cli.workers.store import Store, begin
from synap_mock.cli.workers.supervisor import bells, descriptors, running_workers
from synap_mock.cli.workers.worker import Order
from synap_mock.domain.values import ids
from synap_mock.transports.server import BACKLOG, Server
from synap_mock.transports.sockets.listeners import is_loopback, worker_listeners
from synap_mock.transports.sockets.tls import server_context

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping
    from pathlib import Path

    from synap_mock.cli.port_file import PortFile
    from synap_mock.domain.worlds import Worlds
    from synap_mock.mock import SynapMock


class Shared(NamedTuple):
    """What workers share.

    Attributes:
        workers: how many there are.
        database: the file; None: `store` is given.
        store: the address of a server; None: `database` is given.
        load: what it begins with; None: nothing.
        fail_on_loss: whether the status at the end is to depend on the ledger.
        options: name to value of those that every server of a store has in common.
    """

    workers: int
    database: Path | None
    store: str | None
    load: Path | None
    fail_on_loss: bool
    options: Mapping[str, Any]


class Address(NamedTuple):
    """Where to serve.

    Attributes:
        host: name or address to bind.
        port: 0 picks a free one.
        allow_hosts: names that the control API accepts.
        port_file: says the port.
        tls_cert: the certificate; None: HTTP.
        tls_key: its key.
    """

    host: str
    port: int
    allow_hosts: tuple[str, ...]
    port_file: PortFile
    tls_cert: Path | None
    tls_key: Path | None


def serve_workers(fake: SynapMock, shared: Shared, address: Address, ended: threading.Event, *, json: bool) -> None:
    """Serve a fake from several processes until an event is set.

    Args:
        fake: the fake as the command line describes it; a store that has begun has another one.
        shared: what they share.
        address: where to serve.
        ended: the event.
        json: whether the ready line and the log are JSON.

    Raises:
        Failed: the options do not fit, or a worker does not start.
    """
    store = store_of(shared)

    def make() -> Worlds:
        if shared.load is not None:
            load_file(fake, shared.load)
        return fake._worlds  # noqa: SLF001 - what is served

    tls = server_context(address.tls_cert, address.tls_key) if address.tls_cert and address.tls_key else None
    facts = begin(store, make, shared.load, shared.options, _given() & shared.options.keys())
    host = address.host.strip("[]")
    token = fake._guard.token or (None if is_loopback(host) else ids.control_token())  # noqa: SLF001 - as above
    try:
        listeners = worker_listeners(host, address.port, BACKLOG, shared.workers)
        with listeners as sockets, bells(shared.workers) as pipes:
            orders = [
                Order(
                    store=store,
                    listeners=descriptors(sockets[number]),
                    news=pipes[number][0],
                    others=[write for other, (_, write) in enumerate(pipes) if other != number],
                    host=address.host,
                    allow_hosts=list(address.allow_hosts),
                    control_token=token,
                    json=json,
                    verbose=logs.is_verbose(),
                    tls=None if tls is None else [str(address.tls_cert), str(address.tls_key)],
                )
                for number in range(shared.workers)
            ]
            port = sockets[0][0].getsockname()[1]
            with running_workers(orders, facts["hash_seed"]), address.port_file.naming(port):
                served = Server(fake.app, host, port, token, tls=tls)  # only for its address: the workers serve
                click.echo(logs.ready(served, facts["api_key"], json=json))
                ended.wait()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        where = f"{host} port {address.port}"
        raise Failed(
            f"cannot listen on {where}: {reason}; choose another --port (0 picks a free one) or --host"
        ) from None


def store_of(shared: Shared) -> Store:
    """The store that options name.

    Raises:
        Failed: they do not go together.
    """
    if shared.fail_on_loss:
        raise Failed("--fail-on-loss is not possible with --workers or --store; GET /_mock/ledger has what was lost")
    if shared.database is not None and shared.store is not None:
        raise Failed("--database and --store both say what the workers share; give one of them")
    if shared.store is not None:
        if find_spec("redis") is None:
            raise Failed("--store requires a client library: pip install redis")
        return Store(shared.store)
    if shared.database is None:
        raise Failed("--workers requires --database FILE or --store URL, which the workers share")
    return Store(str(shared.database.absolute()))


def _given() -> set[str]:
    """The names of the options that the command line or the environment gives."""
    context = click.get_current_context()
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return {name for name, source in sources.items() if source not in {None, ParameterSource.DEFAULT}}
