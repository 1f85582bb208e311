"""Check that a wheel alone is enough: install it into empty environments, and do there what the README does first.

python scripts/check_wheel.py dist/synap_mock-0.1.0-py3-none-any.whl [PYTHON ...]     default: this Python
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

README: Final = Path(__file__).parents[1] / "README.md"
_END_S: Final = 30


def main(wheel: Path, pythons: list[str]) -> None:
    """Check the wheel with each Python, and with uvx where it is installed."""
    for python in map(found, pythons):
        with tempfile.TemporaryDirectory(prefix="synap-mock-wheel-") as folder:
            check(wheel, python, Path(folder))
    uvx = shutil.which("uvx")
    if uvx is None:
        print("uvx is not installed: not checked with it")
        return
    with tempfile.TemporaryDirectory(prefix="synap-mock-wheel-") as folder:
        serve([uvx, "--from", str(wheel), "synap-mock"], Path(folder))
    print("uvx: serve")


def found(python: str) -> str:
    """The path of a Python."""
    path = shutil.which(python)
    if path is None:
        raise SystemExit(f"there is no {python}")
    return str(Path(path).absolute())  # not resolved: a link into an environment is that environment's Python


def check(wheel: Path, python: str, folder: Path) -> None:
    """Check the wheel in an environment of its own."""
    run([python, "-m", "venv", "environment"], folder)
    scripts = folder / "environment" / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(scripts / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run([*pip, "install", f"{wheel}[pytest]", "maximem-synap"], folder)
    run([*pip, "check"], folder)
    (folder / "test_readme.py").write_text(first_example(), encoding="utf-8")
    run([str(scripts / "python"), "-m", "pytest", "-q", "test_readme.py"], folder)
    command = str(scripts / "synap-mock")
    serve([command], folder)
    run([command, "verify", "reference", "--profile", "quick", "--seed", "1"], folder)
    version = run([python, "-c", "import platform; print(platform.python_version())"], folder).strip()
    print(f"Python {version}: the README's first test, serve, verify reference --profile quick")


def first_example() -> str:
    """The README's first Python example."""
    example = re.search(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if example is None:
        raise SystemExit(f"{README} has no Python example")
    return example[1]


def serve(command: list[str], folder: Path) -> None:
    """Start the server, ask whether it is ready, end it by a signal."""
    options = ["serve", "--port", "0", "--log-format", "json"]
    process = subprocess.Popen(  # noqa: S603 - the wheel's own command
        [*command, *options], cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline() if process.stdout is not None else ""
        run([*command, "ready", "--url", json.loads(line)["url"]], folder)
        process.send_signal(signal.SIGTERM)
        if process.wait(timeout=_END_S) != 0:
            raise SystemExit(f"{command[-1]} serve ended with status {process.returncode}")
    finally:
        process.kill()
        process.communicate()


def run(command: list[str], folder: Path) -> str:
    """What a command prints; a failure ends the check with it."""
    done = subprocess.run(  # noqa: S603 - as above
        command, cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout}{done.stderr}\n{' '.join(command)} ended with status {done.returncode}")
    return done.stdout


def environment() -> dict[str, str]:
    """Our environment without what would lead Python back to this checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SYNAP_", "VIRTUAL_"))}


if __name__ == "__main__":
    if len(sys.argv) < 2:  # noqa: PLR2004 - the script and the wheel
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]).resolve(), sys.argv[2:] or [sys.executable])
