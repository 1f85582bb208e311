"""What the demo shows: progress bars and tables."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conversations import Entry


def open_console() -> Console:
    """Standard output; what its encoding can't say is shown escaped."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return Console(highlight=False)


class Count(ProgressColumn):
    """How many messages, of how many."""

    def render(self, task: Task) -> Text:
        """One column of the bar."""
        return Text(f"{task.completed:,.0f} of {task.total:,.0f}")


class Rate(ProgressColumn):
    """How many messages a second, since the beginning."""

    def render(self, task: Task) -> Text:
        """One column of the bar."""
        elapsed = task.finished_time or task.elapsed
        rate = f"{task.completed / elapsed:,.0f}" if elapsed else "-"
        return Text(f"{rate:>6} messages/s", style="dim")


@contextmanager
def progress(console: Console, what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar while the context lasts; gives what moves it on by a number of messages. In a pipe: its last state."""
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(20, complete_style="green", finished_style="green"),
        Count(),
        Rate(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)


def batch_table(entries: Sequence[Entry], rows: Sequence[dict[str, Any]]) -> Table:
    """A batch, entry by entry, and what became of each."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", justify="right", style="dim")
    table.add_column("role")
    table.add_column("content", no_wrap=True)
    table.add_column("what became of it", overflow="fold")
    for index, (entry, row) in enumerate(zip(entries, rows, strict=True)):
        fate = Text(row["error"], "red") if "error" in row else Text(row["message_id"], "green")
        table.add_row(str(index), entry["role"], Text(shorten(entry["content"], 16, placeholder="...")), fate)
    return table


def summary(*rows: tuple[str, str, str]) -> Table:
    """Figures: what, how many, and of what."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for row in rows:
        table.add_row(*map(Text, row))
    return table
