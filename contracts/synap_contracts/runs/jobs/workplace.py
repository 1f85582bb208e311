"""What a lane works with: a server, another origin, the client, and the reference client."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synap_contracts.client.process import UnusableClient
from synap_contracts.client.protocol import AdapterError
from synap_contracts.client.spec import BUNDLED, Spec, start_in_process
from synap_contracts.observation.redaction import redact
from synap_contracts.runs.scenario_runner import ScenarioRunner, random_from
from synap_contracts.server.other_origin import other_origin
from synap_contracts.server.server import Server, ServerError, own_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from synap_contracts.client.driver import Driver
    from synap_contracts.runs.jobs.options import RunOptions


@dataclass(frozen=True)
class Workplace:
    """What a lane works with.

    Args:
        server: The server.
        runner: Runs scenarios with the client.
        reference: Runs scenarios with the reference client.
    """

    server: Server
    runner: ScenarioRunner
    reference: ScenarioRunner

    def start(self) -> None:
        """Start the client's process before it is needed. If it cannot be started, its first scenario reports that."""
        with suppress(UnusableClient, AdapterError):
            _ = self.runner.driver


@contextmanager
def workplace(
    options: RunOptions, name: str, waiting: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Iterator[Workplace]:
    """Start the server; clients are started when they are needed. Stop everything when the block ends.

    Args:
        options: The options of the run.
        name: The name of the lane. With the seed, it determines the conversation IDs.
        waiting: Surrounds each wait.

    Raises:
        UnusableClient: The client does not exist.
        AdapterError: Its adapter fails repeatedly.
        ServerError: The server does not exist, or fails.
    """
    with _closing(waiting) as stack:
        server = _server(options, stack)
        origin = stack.enter_context(other_origin())
        random = random_from(f"{options.seed} {name}")
        runners = [
            ScenarioRunner(server, start, origin, random, options.hung_s, waiting)
            for start in (options.spec.start, _reference(options))
        ]
        for each in runners:
            stack.callback(each.stop)
        try:
            yield Workplace(server, *runners)
        except (UnusableClient, AdapterError, ServerError) as error:
            # The text can quote the last output of an adapter, and is written to logs.
            raise type(error)(redact(str(error), frozenset(server.secrets))) from None


@contextmanager
def _closing(waiting: Callable[[], AbstractContextManager[None]]) -> Iterator[ExitStack]:
    """Close what a block opened. This mostly waits: a fake takes 0.1 s to shut down."""
    stack = ExitStack()
    try:
        yield stack
    finally:
        with waiting():
            stack.close()


def _reference(options: RunOptions) -> Callable[[], Driver]:
    """Return what starts the reference client: in this process, where one lane at a time can collect output."""
    if options.single:
        return lambda: start_in_process(BUNDLED["reference"], "reference")
    return Spec("reference").start


def _server(options: RunOptions, stack: ExitStack) -> Server:
    if options.url is None:
        return stack.enter_context(own_server(options.dialect))
    server = Server(options.url, options.api_key, options.control_token, dialect=options.dialect)
    stack.callback(server.close)
    server.probe()
    if options.api_key is None and "keys" not in server.capabilities:
        raise ServerError(f"{options.url} cannot create keys; pass a valid one with --api-key")
    if "truth" in server.capabilities:
        dialect = server.control("GET", "/_mock/settings")["dialect"]
        if dialect != options.dialect:
            server.change_settings(dialect=options.dialect)
            stack.callback(server.change_settings, dialect=dialect)
    return server
