"""A release of the official SDK by its number: it is installed into an environment of its own, which is reused.

No network is used: the releases are small wheels, which pip finds in one folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from synap_contracts.clauses.rows import ACCEPT
from synap_contracts.client import releases
from synap_contracts.client.process import UnusableClient
from synap_contracts.client.releases import Release, UnusableRelease, parse, version_key
from synap_contracts.client.spec import Spec
from synap_contracts.observation.observed import Observation
from synap_contracts.observation.violation import Violation
from synap_contracts.report import reproduce
from synap_contracts.runs.result import Counterexample
from synap_contracts.scenarios.model import one

if TYPE_CHECKING:
    from collections.abc import Iterator

RELEASE = "9.9.9"

SDK = """
import importlib.util, os, sys

class SDKConfig:
    def __init__(self, **settings):
        self.settings = settings

class MaximemSynapSDK:
    def __init__(self, api_key, config):
        self.conversation = self

    async def record_messages_batch(self, messages):
        found = [name for name in ("hypothesis", "starlette", "synap_contracts") if importlib.util.find_spec(name)]
        return {"python": sys.prefix, "found": found}
"""
"""The parts of an SDK that the kit uses. Its answer states where it runs."""


def wheel(folder: Path, version: str, requires: str = "") -> None:
    about = f"Metadata-Version: 2.1\nName: maximem-synap\nVersion: {version}\n{requires}"
    info = f"maximem_synap-{version}.dist-info"
    with zipfile.ZipFile(folder / f"maximem_synap-{version}-py3-none-any.whl", "w") as file:
        file.writestr("maximem_synap/__init__.py", SDK)
        file.writestr(f"{info}/METADATA", about)
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", "")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The only folder that pip searches."""
    folder = tmp_path_factory.mktemp("wheels")
    wheel(folder, RELEASE)
    wheel(folder, "9.9.8", "Requires-Dist: no-such-package-of-ours\n")
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            patched.delenv(name)
        patched.setenv("PIP_CONFIG_FILE", os.devnull)
        patched.setenv("PIP_NO_INDEX", "1")
        patched.setenv("PIP_FIND_LINKS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def installed(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    del index
    release = Release(RELEASE, tmp_path_factory.mktemp("cache"))
    release.install()
    return release


def call(release: Release) -> tuple[str | None, dict[str, Any]]:
    """Return the version that the client declares, and the answer of a call."""
    driver = Spec(f"sdk=={release.version}", cache=release.cache).start()
    try:
        driver.open("a", "http://127.0.0.1:9", "key", timeout_s=1, retry="fast")
        outcome = driver.outcome(driver.send("call", client="a", messages=[]), 10)
        return driver.hello.version, json.loads(json.dumps(getattr(outcome, "answer", outcome)))
    finally:
        driver.end()


def test_release_runs_in_its_own_environment(installed: Release) -> None:
    version, answer = call(installed)
    assert (version, answer["python"]) == (RELEASE, str(installed.folder))


def test_only_the_kit_is_importable_from_our_environment(installed: Release) -> None:
    _, answer = call(installed)
    assert answer["found"] == ["synap_contracts"]


def test_pythonpath_does_not_affect_the_release(
    installed: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "maximem_synap.py").write_text("raise ImportError('another SDK')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert call(installed)[0] == RELEASE


def test_environment_is_created_once(installed: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    assert installed.install() == installed.python


def test_environment_of_a_concurrent_run_is_used(installed: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    before = installed.folder.stat().st_ino
    seen = iter([False, True])
    monkeypatch.setattr(Release, "installed", property(lambda _: next(seen)))
    assert installed.install() == installed.python
    assert installed.folder.stat().st_ino == before


@pytest.mark.parametrize(
    ("version", "error"),
    [
        pytest.param("0.2.2", "the oldest supported release is 0.2.3", id="needs-a-certificate"),
        pytest.param("latest", "'latest' is not a version; expected sdk==0.5.9", id="not-a-version"),
        pytest.param("1.0 --index-url x", "is not a version", id="an-option-after-it"),
        pytest.param("", "'' is not a version", id="nothing"),
    ],
)
def test_uninstallable_release_is_an_error(version: str, error: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableRelease) as raised:
        Release(version, tmp_path).install()
    assert error in str(raised.value)


@pytest.mark.usefixtures("index")
def test_failed_installation_leaves_no_files(tmp_path: Path) -> None:
    with pytest.raises(UnusableRelease, match="No matching distribution found for no-such-package-of-ours"):
        Release("9.9.8", tmp_path).install()
    assert list(tmp_path.iterdir()) == []


def test_unwritable_cache_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableRelease, match=r"cannot write to .*; name another folder with --cache"):
        Release(RELEASE, tmp_path / "file").install()


@pytest.mark.usefixtures("index")
def test_command_ends_with_2_and_an_error(tmp_path: Path) -> None:
    """The oldest supported release, which the index does not have."""
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "synap_mock",
            "verify",
            "sdk==0.2.3",
            "--jobs",
            "1",
            "--cache",
            str(tmp_path / "cache"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"sdk==0.2.3: creating an environment in {tmp_path / 'cache' / 'maximem-synap-0.2.3-python'}" in done.stderr
    assert "Error: sdk==0.2.3: maximem-synap 0.2.3 cannot be installed: No matching distribution" in done.stderr


def test_release_does_not_run_in_this_process() -> None:
    with pytest.raises(UnusableClient, match="not in this process"):
        Spec("sdk==0.5.9", in_process=True).start()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param("sdk==0.5.9", "0.5.9", id="a-number"),
        pytest.param("sdk== 0.5.9", "0.5.9", id="with-a-space"),
        pytest.param("sdk", None, id="as-installed"),
        pytest.param("mine:sdk==1", None, id="a-factory"),
    ],
)
def test_parse_recognizes_releases(text: str, version: str | None) -> None:
    release = parse(text)
    assert (release and release.version) == version


def test_script_of_a_release_names_the_package() -> None:
    example = Counterexample("abc", one(), Observation(one(), ()), Violation(ACCEPT.id, "it failed"))
    run: Any = SimpleNamespace(spec="sdk==0.5.9", dialect="documented", options=())
    first, *rest = reproduce.python(run, example).splitlines()
    assert first == "# pip install maximem-synap==0.5.9"
    assert "from synap_contracts.client.bundled.official import make" in rest


def test_environment_folder_names_release_and_python(tmp_path: Path) -> None:
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert Release("0.5.9", tmp_path).folder == tmp_path / f"maximem-synap-0.5.9-{python}"


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        pytest.param({"SYNAP_MOCK_CACHE": "/a/b", "XDG_CACHE_HOME": "/c"}, "/a/b", id="ours"),
        pytest.param({"XDG_CACHE_HOME": "/c"}, "/c/synap-mock", id="the-user-s-own"),
        pytest.param({"HOME": "/home/ada"}, "/home/ada/.cache/synap-mock", id="by-default"),
    ],
)
def test_cache_folder_can_be_set(variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SYNAP_MOCK_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert releases.cache_folder() == Path(folder)


def test_releases_are_ordered_by_their_numbers() -> None:
    assert sorted(["0.10.0", "0.5.10", "0.5.9", "0.6.0"], key=version_key) == ["0.5.9", "0.5.10", "0.6.0", "0.10.0"]
