"""`make demo`: real conversations, recorded into the fake through the official SDK, read back and compared."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Final, NoReturn, get_args

import click
import httpx
from conversations import chatterbot, chitchat, faulty_export
from fake_process import TENANCY, running_fake
from ledger import Differs
from maximem_synap import SynapError, __version__
from reading import read_everything
from recording import record
from rich.text import Text
from screen import open_console, summary

from synap_mock.settings import Dialect

if TYPE_CHECKING:
    from reading import Comparison
    from recording import Recording
    from rich.console import Console

FAILED: Final = 1
MIB: Final = 1 << 20


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--conversations",
    "count",
    default=0,
    show_default=True,
    type=click.IntRange(min=0),
    metavar="N",
    help="Take the first N conversations of chitchat_dataset, and of every language; 0: all.",
)
@click.option(
    "--batch-size",
    default=100,
    show_default=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="Messages in a call.",
)
@click.option(
    "--dialect",
    default="documented",
    show_default=True,
    type=click.Choice(get_args(Dialect)),
    help="How the fake answers.",
)
def main(count: int, batch_size: int, dialect: str) -> None:
    """Record real conversations into synap-mock through the official SDK, read them back and compare.

    Ends with status 0 if every message that was accepted reads back as it was sent, with 1 if not.
    """
    forget_the_shell()
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows does not have SIGHUP
            signal.signal(getattr(signal, name), end)
    console = open_console()
    try:
        tell(console, count, batch_size, dialect)
    except KeyboardInterrupt:
        console.print("Stopped, and the fake with it.")
        sys.exit(128 + signal.SIGINT)
    except Differs as difference:
        console.print(Text.assemble(("Different: ", "bold red"), str(difference)), soft_wrap=True)
        sys.exit(FAILED)
    except (SynapError, httpx.HTTPError, ChildProcessError) as error:
        console.print(
            Text.assemble(("Could not go on: ", "bold red"), f"{type(error).__name__}: {error}"), soft_wrap=True
        )
        sys.exit(FAILED)


def forget_the_shell() -> None:
    """Drop what a shell that is set up for the real Synap, or for a proxy, would change here."""
    for name in [name for name in os.environ if name.startswith("SYNAP_")]:
        del os.environ[name]
    os.environ["no_proxy"] = "127.0.0.1"


def end(number: int, _: object) -> NoReturn:
    """End as Ctrl-C does: every context is left, so the fake ends too."""
    sys.exit(128 + number)


def tell(console: Console, count: int, batch_size: int, dialect: str) -> None:
    """The demo, from its first line to its last.

    Raises:
        Differs: something is not as it was sent.
    """
    began = time.perf_counter()
    console.print(
        f"The official SDK (maximem-synap {__version__}, unmodified) records real conversations\n"
        "into synap-mock; then everything is read back and compared, message by message.\n"
    )
    with running_fake(dialect) as fake:
        console.print(f"synap-mock         {fake.url}, {dialect} dialect, {TENANCY} tenancy")
        sources = (chitchat(count), chatterbot(count))
        for source in sources:
            figures = f"{source.conversations:,} conversations, {len(source.entries):,} messages"
            console.print(f"{source.name:<18} {figures}{source.remark}")
        console.print()
        entries = [entry for source in sources for entry in source.entries]
        recording = asyncio.run(record(console, fake, entries, batch_size, faulty_export(entries)))
        comparison = read_everything(console, fake, recording.ledger)
    console.print()
    console.print(summary(*rows(recording, comparison, time.perf_counter() - began)))
    console.print()
    if comparison.first is not None:
        raise Differs(f"{comparison.different:,} messages; the first: {comparison.first}")
    console.print(Text("Every message is accounted for.", "bold green"))


def rows(recording: Recording, comparison: Comparison, seconds: float) -> list[tuple[str, str, str]]:
    """The summary: what, how many, and of what."""
    ledger = recording.ledger
    rate = recording.messages / recording.seconds
    each = recording.grown_bytes / recording.messages
    spent = f"{recording.seconds:.1f} s, of which {recording.fake_seconds:.1f} s are the fake's"
    return [
        ("recorded", f"{ledger.accepted:,}", f"messages in {len(ledger.conversations):,} conversations"),
        ("refused", f"{ledger.refused:,}", "entries: the ones with faults"),
        ("read back equal", f"{comparison.equal:,}", "messages: role, content, position, message_id"),
        ("recording", f"{rate:,.0f}", f"messages/s: {spent}"),
        (
            "server memory",
            f"{recording.resident_bytes / MIB:,.0f}",
            f"MiB: {each:,.0f} bytes a message, journal included",
        ),
        ("time", f"{seconds:.1f}", f"s in all; reading back took {comparison.seconds:.1f} s"),
    ]


if __name__ == "__main__":
    main()
