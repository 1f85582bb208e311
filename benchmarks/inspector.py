"""Measures the inspector in Chromium: first paint, delay, frames, weight, and what an open page costs the server.

The server is a process of its own on one CPU; Chromium and the load are on the other. Writes its section of RESULTS.md.
It needs tests/chromium.py on the path: PYTHONPATH=tests.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chromium import Browser
from load import Load, Requests
from options import parsed, parser_of, positive, whole
from page import write_section
from server import API_KEY, SYNAP_MOCK, Server, running

from synap_mock.inspector import files

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

HEADING: Final = "## The inspector"
PAINT_MS: Final = 200
DELAY_MS: Final = 100
THROUGHPUT: Final = 0.95
WEIGHT: Final = 120_000
FRAME_MS: Final = 50
"""From here on a task is long: https://w3c.github.io/longtasks/."""
LISTED: Final = 1000
KEPT: Final = 10_000
_CALLS: Final = "calls"
_LIVE: Final = "document.querySelector('.state.live') !== null"
_COUNT: Final = "parseInt(document.querySelector('.chips [role=status]').innerText.replace(',', ''))"
_WATCH: Final = """
window.seen = {}; window.frames_ms = []; window.tasks_ms = [];
const now = () => performance.timeOrigin + performance.now();
new MutationObserver(() => requestAnimationFrame(() => {
  for (const row of document.querySelectorAll('.row')) window.seen[row.getAttribute('href')] ??= now();
})).observe(document, {childList: true, subtree: true});
new PerformanceObserver(list => window.tasks_ms.push(...list.getEntries().map(each => each.duration)))
  .observe({type: 'longtask'});
let last = null;
(function frame(at) { if (last !== null) window.frames_ms.push(at - last); last = at; requestAnimationFrame(frame); })
"""
"""Notes when each row is first drawn, the time between frames, and long tasks. It runs before the page's own script."""


@dataclass
class Found:
    """What was measured, in milliseconds where nothing else is said."""

    paints: list[float] = field(default_factory=list)
    rows: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)
    tasks: list[float] = field(default_factory=list)
    clock_ratios: list[float] = field(default_factory=list)
    cpu_ratios: list[float] = field(default_factory=list)


def main() -> None:
    """Measure, print, write."""
    options = _options()
    found = Found()
    server_cpu, *others = sorted(os.sched_getaffinity(0))
    with running(SYNAP_MOCK, {server_cpu}) as server, _on(set(others) or {server_cpu}), _browser() as browser:
        requests = Requests(1, API_KEY)
        with Load(server.port, requests, 1) as one, Load(server.port, requests, 8) as load:
            one.run(calls=LISTED)
            for _ in range(options.rounds):
                _paint(browser, server, found)
            browser.wait(f"{_COUNT} === {LISTED}")
            for _ in range(options.calls):
                _delay(browser, one, found)
            _frames(browser, load, found, options.more)
            for _ in range(options.rounds):
                _throughput(browser, server, load, found, options.seconds)
    text = _section(found, options)
    write_section(options.output, HEADING, text)


@contextmanager
def _on(cpus: set[int]) -> Iterator[None]:
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, ours)


@contextmanager
def _browser() -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(Path(folder))
        try:
            browser.ask("Page.addScriptToEvaluateOnNewDocument", source=f"{_WATCH}();")
            yield browser
        finally:
            browser.end()


def _open(browser: Browser, server: Server) -> None:
    browser.open(f"http://127.0.0.1:{server.port}/_mock/#/{_CALLS}")
    browser.wait(_LIVE)


def _paint(browser: Browser, server: Server, found: Found) -> None:
    """Open the page: until the first paint, and until rows are in it."""
    _open(browser, server)
    browser.wait("Object.keys(window.seen).length > 0")
    entry = "performance.getEntriesByName('first-contentful-paint')[0]"
    found.paints.append(browser.wait(f"{entry}?.startTime"))
    found.rows.append(browser.value("Math.min(...Object.values(window.seen)) - performance.timeOrigin"))


def _delay(browser: Browser, one: Load, found: Found) -> None:
    """Send a call, and read when its row is drawn. The time before it is sent counts as its arrival."""
    newest = int(browser.value("document.querySelector('.row').getAttribute('href')").rpartition("/")[2])
    at = time.time()
    one.run(calls=1)
    found.delays.append(browser.wait(f"window.seen['#/{_CALLS}/{newest + 1}']") - at * 1000)


def _frames(browser: Browser, load: Load, found: Found, more: int) -> None:
    """Let more calls arrive while the list has as many as it keeps."""
    while (listed := browser.value(_COUNT)) < KEPT:
        load.run(calls=LISTED // 2)
        browser.wait(f"{_COUNT} >= {listed + LISTED // 2}")
    last = browser.value("document.querySelector('.row').getAttribute('href')")
    browser.value("window.frames_ms.length = window.tasks_ms.length = 0")
    load.run(calls=more)
    newest = f"#/{_CALLS}/{int(last.rpartition('/')[2]) + more}"
    browser.wait(f"document.querySelector('.row').getAttribute('href') === {json.dumps(newest)}")
    found.frames += browser.value("window.frames_ms")
    found.tasks += browser.value("window.tasks_ms")


def _throughput(browser: Browser, server: Server, load: Load, found: Found, seconds: float) -> None:
    """The rate with an open page as a share of the rate without one, by the clock and by what the server computed."""
    opened_first = bool(len(found.cpu_ratios) % 2)
    rates: dict[bool, tuple[float, float]] = {}
    for is_open in (opened_first, not opened_first):
        if is_open:
            _open(browser, server)
        else:
            browser.open("about:blank")
        load.run(seconds=2 * seconds)
        computed = server.cpu_seconds()
        measured = load.run(seconds=seconds)
        computed = server.cpu_seconds() - computed
        rates[is_open] = measured.messages / measured.seconds, measured.messages / computed
    found.clock_ratios.append(rates[True][0] / rates[False][0])
    found.cpu_ratios.append(rates[True][1] / rates[False][1])


def _section(found: Found, options: argparse.Namespace) -> str:
    weight = sum(len(files.read(name).encode()) for name in (files.PAGE, files.STYLE, files.SCRIPT))
    frames = sorted(found.frames)
    paint, delay = statistics.median(found.paints), statistics.median(found.delays)
    by_clock, by_cpu = statistics.median(found.clock_ratios), statistics.median(found.cpu_ratios)
    rows: list[tuple[str, str, str, object]] = [
        (f"first paint, {LISTED:,} calls in the journal", f"{paint:.0f} ms", f"under {PAINT_MS} ms", paint < PAINT_MS),
        ("the first rows", f"{statistics.median(found.rows):.0f} ms", "", ""),
        ("from the sending of a call to its row", f"{delay:.0f} ms", f"under {DELAY_MS} ms", delay < DELAY_MS),
        ("longest of them", f"{max(found.delays):.0f} ms", "", ""),
        (
            f"time between two frames while {options.more:,} calls arrive, {KEPT:,} in the list: 99th percentile",
            f"{frames[int(len(frames) * 0.99)]:.0f} ms",
            f"under {FRAME_MS} ms",
            frames[int(len(frames) * 0.99)] < FRAME_MS,
        ),
        (
            f"tasks over {FRAME_MS} ms meanwhile",
            f"{len(found.tasks)}, the longest {max(found.tasks, default=0):.0f} ms",
            "",
            "",
        ),
        (
            "messages for a second of the server's computing, with an open page to without",
            f"{by_cpu:.3f}",
            f"at least {THROUGHPUT}",
            by_cpu >= THROUGHPUT,
        ),
        ("messages a second, the same; the page takes the load's CPU", f"{by_clock:.3f}", "", ""),
        ("what a browser loads", f"{weight:,} bytes", f"at most {WEIGHT:,}", weight <= WEIGHT),
    ]
    met: dict[Any, str] = {True: "yes", False: "no", "": ""}
    table = "\n".join(f"| {name} | {value} | {target} | {met[is_met]} |" for name, value, target, is_met in rows)
    command = f"--rounds {options.rounds} --calls {options.calls} --more {options.more} --seconds {options.seconds:g}"
    return f"""{HEADING}

`make bench` makes this section too. This one was made by

    PYTHONPATH=tests python benchmarks/inspector.py {command}

in headless Chromium, which shares a CPU with the load. The server has the other one. Medians, where nothing else
is said. Calls are batches of one message, as many as the server can serve, where rates are compared.

| | | target | met |
| --- | ---: | ---: | ---: |
{table}
"""


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=whole, default=7, help="how often the page is opened, and rates are measured")
    parser.add_argument("--calls", type=whole, default=50, help="calls whose delay is measured")
    parser.add_argument("--more", type=whole, default=1000, help="calls that arrive while frames are measured")
    parser.add_argument("--seconds", type=positive, default=1.0, help="of load, each time")
    return parsed(parser)


if __name__ == "__main__":
    main()
