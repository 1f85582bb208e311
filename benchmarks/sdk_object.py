"""Measures an object of the official SDK in a test, under the fixture and without it; writes its section of RESULTS.md.

Without the fixture, the test serves the SDK with ``SynapMock().intercept()``. Each measurement is a process of its own;
the two take turns, and are compared within a round, in CPU time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from options import parsed, parser_of, whole
from page import write_section

if TYPE_CHECKING:
    import argparse

HEADING: Final = "## An object of the official SDK"
_OBJECTS: Final = 10
_TESTS: Final = """
import asyncio, os, time
from maximem_synap import MaximemSynapSDK
from synap_mock import SynapMock

ENTRY = {"conversation_id": "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "role": "user", "content": "hi"}

async def use(api_key):
    sdk = MaximemSynapSDK(api_key=api_key)
    await sdk.initialize()
    await sdk.conversation.record_messages_batch(messages=[ENTRY])
    await sdk.shutdown()

def measured(api_key):
    asyncio.run(use(api_key))
    began = time.process_time()
    for _ in range({objects}): asyncio.run(use(api_key))
    print("SECONDS", (time.process_time() - began) / {objects})

def test_with(synap_mock): measured(synap_mock.api_key)

def test_without():
    fake = SynapMock()
    with fake.intercept(): measured(fake.api_key)
"""


def main() -> None:
    """Measure, print, write."""
    options = _options()
    readings: dict[str, list[float]] = {"without": [], "with": []}
    for number in range(options.rounds):
        for name, seconds in readings.items():
            seconds.append(_measure(name))
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
    text = _section(options.rounds, readings)
    write_section(options.output, HEADING, text)


def _measure(name: str) -> float:
    with TemporaryDirectory() as folder:
        (Path(folder) / "test_it.py").write_text(_TESTS.replace("{objects}", str(_OBJECTS)), encoding="utf-8")
        (Path(folder) / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        bare = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "SYNAP_"))}
        done = subprocess.run(  # noqa: S603 - the command is ours
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-s",
                "-p",
                "respx.plugin",
                "-p",
                "synap_mock.pytest_plugin",
                "-p",
                "no:cacheprovider",
                "-k",
                f"test_{name}" if name == "without" else "test_with and not out",
            ],
            cwd=folder,
            env={**bare, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "HOME": folder},
            capture_output=True,
            text=True,
            check=False,
        )
    line = next((line for line in done.stdout.splitlines() if "SECONDS" in line), None)
    if done.returncode != 0 or line is None:
        raise RuntimeError(f"pytest ended with status {done.returncode}: {done.stdout}{done.stderr}")
    return float(line.split()[-1])


def _section(rounds: int, readings: dict[str, list[float]]) -> str:
    without, with_ = readings["without"], readings["with"]
    ratio = statistics.median(one / other for one, other in zip(with_, without, strict=True))
    milliseconds = {name: 1000 * statistics.median(seconds) for name, seconds in readings.items()}
    met = "yes" if milliseconds["with"] < 20 else "no"  # noqa: PLR2004 - the target in the table
    return f"""{HEADING}

`make bench` makes this section too. This one was made by

    python benchmarks/sdk_object.py --rounds {rounds}

CPU time of one object: create, initialize, record a batch, shut down. Medians of the rounds.

| | ms | times without | target | met |
| --- | ---: | ---: | ---: | ---: |
| `SynapMock().intercept()`, without the fixture | {milliseconds["without"]:.1f} | | | |
| the fixture `synap_mock` | {milliseconds["with"]:.1f} | **{ratio:.2f}** | under 20 ms | {met} |
"""


def _options() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=whole, default=7, help="turns of each")
    return parsed(parser)


if __name__ == "__main__":
    main()
