"""The Containerfile, compose.yaml and their page name only what exists. `scripts/check_container.py` runs the steps."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import click
import yaml

from synap_mock.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path


def variables() -> set[str]:
    """Every variable of every command."""
    context = click.Context(main)
    commands = [main.get_command(context, name) for name in main.list_commands(context)]
    options = [option for command in commands if command is not None for option in command.params]
    return {str(option.envvar) for option in options if option.envvar}


def test_every_variable_exists(project_root: Path) -> None:
    files = ("Containerfile", "compose.yaml", "docs/containers.md", "docs/server.md", "docs/operations.md")
    text = "".join((project_root / file).read_text("utf-8") for file in files)
    assert set(re.findall(r"SYNAP_MOCK_[A-Z_]+", text)) - variables() == set()


def test_the_commands_of_the_image_can_be_parsed(project_root: Path) -> None:
    text = (project_root / "Containerfile").read_text("utf-8")
    lists = dict(re.findall(r"^(ENTRYPOINT|CMD|HEALTHCHECK)(?: .*CMD)? (\[.*\])$", text, re.MULTILINE))
    entry, command, health = (json.loads(lists[name]) for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK"))
    for words in ([*entry, *command], health):
        assert words[0] == "synap-mock"
        found = main.get_command(click.Context(main), words[1])
        assert found is not None
        found.make_context(words[1], words[2:])


def test_the_image_does_not_run_as_root(project_root: Path) -> None:
    users = re.findall(r"^USER (\S+)$", (project_root / "Containerfile").read_text("utf-8"), re.MULTILINE)
    assert int(users[-1]) > 0


def test_compose_uses_the_volume_of_the_image(project_root: Path) -> None:
    compose = yaml.safe_load((project_root / "compose.yaml").read_text("utf-8"))
    service = compose["services"]["synap"]
    (volume,) = re.findall(r"^VOLUME (\S+)$", (project_root / "Containerfile").read_text("utf-8"), re.MULTILINE)
    assert service["volumes"] == [f"state:{volume}"]
    assert service["environment"]["SYNAP_MOCK_DATABASE"].startswith(f"{volume}/")
    assert "state" in compose["volumes"]
