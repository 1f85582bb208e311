"""Check the Containerfile without a container runtime: its pip steps, its command and its health check.

python scripts/check_container.py [PYTHON]     default: this Python

They run in an empty environment, with the image's variables and no home folder. What needs a runtime is not checked:
the base image, the user, the volume.
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
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
_END_S: Final = 30


class Step(NamedTuple):
    """An instruction of a Containerfile, such as COPY, and its text."""

    name: str
    text: str


def main(python: str) -> None:
    """Check it."""
    steps = read(ROOT / "Containerfile")
    with tempfile.TemporaryDirectory(prefix="synap-mock-container-") as name:
        folder = Path(name)
        run([python, "-m", "venv", "environment"], folder, dict(os.environ))
        for step in steps:
            if step.name == "COPY":
                copy(*step.text.split(), folder=folder)
            elif step.name == "RUN":
                install(step.text, folder)
        serve(steps, folder)
    print("Containerfile: pip wheel, pip install, command, health check, SIGTERM")


def read(file: Path) -> list[Step]:
    """The instructions of a Containerfile."""
    lines = re.sub(r"\\\n\s*", "", file.read_text(encoding="utf-8")).splitlines()
    return [Step(*line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]


def copy(*sources: str, folder: Path) -> None:
    """Copy files and folders of the clone; the last one is where to."""
    *names, target = sources
    for name in names:
        to = folder / target.lstrip("/")
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to)


def install(text: str, folder: Path) -> None:
    """Run the pip commands of a RUN instruction in the environment."""
    for command in text.split("&&"):
        words = [word for word in command.split() if not word.startswith("--mount")]
        if words[0] == "pip":
            inside = [f"{folder}{word}" if word.startswith("/") else word for word in words[1:]]
            run(
                [str(folder / "environment/bin/python"), "-m", "pip", "--quiet", *inside],
                folder,
                pip_environment(folder),
            )


def serve(steps: list[Step], folder: Path) -> None:
    """Run the image's command, its health check while it serves, and end it by a signal."""
    known = {step.name: step.text for step in steps}
    variables = dict(pair.split("=", 1) for step in steps if step.name == "ENV" for pair in step.text.split())
    variables |= {"PATH": f"{folder}/environment/bin", "HOME": f"{folder}/none"}
    command = [*json.loads(known["ENTRYPOINT"]), *json.loads(known["CMD"])]
    added = {"SYNAP_MOCK_PORT": "0", "SYNAP_MOCK_DATABASE": f"{folder}/fake.db", "SYNAP_MOCK_LOG_FORMAT": "json"}
    executable = str(folder / "environment/bin" / command[0])
    process = subprocess.Popen(  # noqa: S603 - the image's own command
        [executable, *command[1:]], cwd=folder, env=variables | added, stdout=subprocess.PIPE, text=True
    )
    try:
        ready = json.loads(process.stdout.readline() if process.stdout is not None else "")
        health = json.loads(known["HEALTHCHECK"].partition("CMD ")[2])
        check = [str(folder / "environment/bin" / health[0]), *health[1:]]
        run(check, folder, variables | {"SYNAP_MOCK_URL": ready["url"]})
        process.send_signal(signal.SIGTERM)
        if process.wait(timeout=_END_S) != 0:
            raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}")
    finally:
        process.kill()
        process.communicate()


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a command; its failure ends the check."""
    done = subprocess.run(  # noqa: S603 - as above
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout}{done.stderr}\n{' '.join(command)} ended with status {done.returncode}")


def pip_environment(folder: Path) -> dict[str, str]:
    """Our environment, which may say where packages are, without what leads Python to this clone; no home folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SYNAP_", "VIRTUAL_"))}
    return kept | {"HOME": f"{folder}/none", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else sys.executable)
