"""A release of the official SDK by its number: an environment of its own, kept, and told about where it can't be had.

No network: the releases here are small wheels, which pip finds in a folder and nowhere else.
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
from synap_contracts.client import releases
from synap_contracts.client.process import Unusable
from synap_contracts.client.releases import NoSuchRelease, Release, named, ordered
from synap_contracts.client.spec import Spec
from synap_contracts.observation.finding import Finding
from synap_contracts.observation.observed import Observation
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
"""What an SDK has that the kit's client uses; it tells where it runs."""


def wheel(folder: Path, version: str, requires: str = "") -> None:
    about = f"Metadata-Version: 2.1\nName: maximem-synap\nVersion: {version}\n{requires}"
    info = f"maximem_synap-{version}.dist-info"
    with zipfile.ZipFile(folder / f"maximem_synap-{version}-py3-none-any.whl", "w") as made:
        made.writestr("maximem_synap/__init__.py", SDK)
        made.writestr(f"{info}/METADATA", about)
        made.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr(f"{info}/RECORD", "")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The one place where pip looks."""
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


def answered(release: Release) -> tuple[str | None, dict[str, Any]]:
    """The version that the client told, and what a call gave."""
    driver = Spec(f"sdk=={release.version}", cache=release.cache).start()
    try:
        driver.open("a", "http://127.0.0.1:9", "key", timeout_s=1, retry="fast")
        told = driver.outcome(driver.ask("call", client="a", messages=[]), 10)
        return driver.hello.version, json.loads(json.dumps(getattr(told, "answer", told)))
    finally:
        driver.end()


def test_a_release_runs_in_its_own_environment(installed: Release) -> None:
    version, said = answered(installed)
    assert (version, said["python"]) == (RELEASE, str(installed.folder))


def test_the_kit_comes_along_and_what_is_installed_beside_it_does_not(installed: Release) -> None:
    _, said = answered(installed)
    assert said["found"] == ["synap_contracts"]


def test_what_the_path_variable_leads_to_does_not_get_in_front(
    installed: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "maximem_synap.py").write_text("raise ImportError('another SDK')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert answered(installed)[0] == RELEASE


def test_an_environment_is_made_once(installed: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    assert installed.install() == installed.python


def test_an_environment_that_was_made_meanwhile_by_another_run_is_taken(
    installed: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = installed.folder.stat().st_ino
    seen = iter([False, True])
    monkeypatch.setattr(Release, "installed", property(lambda _: next(seen)))
    assert installed.install() == installed.python
    assert installed.folder.stat().st_ino == before


@pytest.mark.parametrize(
    ("version", "says"),
    [
        pytest.param("0.2.2", "the oldest release that it runs is 0.2.3", id="wants-a-certificate"),
        pytest.param("latest", "'latest' is no version; write sdk==0.5.9", id="no-version"),
        pytest.param("1.0 --index-url x", "is no version", id="an-option-behind-it"),
        pytest.param("", "'' is no version", id="nothing"),
    ],
)
def test_what_can_not_be_installed_is_told(version: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(NoSuchRelease) as raised:
        Release(version, tmp_path).install()
    assert says in str(raised.value)


@pytest.mark.usefixtures("index")
def test_a_failed_installation_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(NoSuchRelease, match="No matching distribution found for no-such-package-of-ours"):
        Release("9.9.8", tmp_path).install()
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NoSuchRelease, match=r"cannot write into .*; name another with --cache"):
        Release(RELEASE, tmp_path / "file").install()


@pytest.mark.usefixtures("index")
def test_the_command_ends_with_2_and_a_sentence(tmp_path: Path) -> None:
    """The oldest release that runs, and no index that has it."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "synap_mock", "verify", "sdk==0.2.3", "--cache", str(tmp_path / "kept")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"sdk==0.2.3: an environment is made in {tmp_path / 'kept' / 'maximem-synap-0.2.3-python'}" in done.stderr
    assert "Error: sdk==0.2.3: maximem-synap 0.2.3 can't be installed: No matching distribution" in done.stderr


def test_a_release_never_runs_in_this_process() -> None:
    with pytest.raises(Unusable, match="never in this process"):
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
def test_a_client_s_name_asks_for_a_release(text: str, version: str | None) -> None:
    release = named(text)
    assert (release and release.version) == version


def test_the_script_of_a_release_names_what_to_install() -> None:
    seen = Counterexample("abc", one(), Observation(one(), ()), Finding("ACCEPT", "it failed"))
    run: Any = SimpleNamespace(spec="sdk==0.5.9", dialect="documented", options=())
    first, *rest = reproduce.python(run, seen).splitlines()
    assert first == "# pip install maximem-synap==0.5.9"
    assert "from synap_contracts.client.bundled.official import make" in rest


def test_a_release_is_kept_for_each_python_in_the_folder_that_is_named(tmp_path: Path) -> None:
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
def test_the_cache_folder_can_be_set(variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SYNAP_MOCK_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert releases.cache_folder() == Path(folder)


def test_releases_are_ordered_by_their_numbers() -> None:
    assert sorted(["0.10.0", "0.5.10", "0.5.9", "0.6.0"], key=ordered) == ["0.5.9", "0.5.10", "0.6.0", "0.10.0"]
