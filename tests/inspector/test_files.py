"""The inspector's files: who may request them, their weight, their licenses, their form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from asking import in_process

from synap_mock import SynapMock
from synap_mock.inspector import files
from synap_mock.inspector.bundle import bundle

if TYPE_CHECKING:
    import httpx

HEAVIEST: Final = 120_000


def test_page_and_files_need_no_token() -> None:
    client = in_process(SynapMock(control_token="s3cret"))
    del client.headers["authorization"]
    paths = ("/_mock/", "/_mock/inspector/page.js", "/_mock/snapshot.html", "/_mock/requests")
    assert [client.get(path).status_code for path in paths] == [200, 200, 401, 401]


@pytest.mark.parametrize("path", ["/_mock/", "/_mock/inspector/page.js", "/_mock/snapshot.html"])
@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_a_foreign_page_gets_403(inside: httpx.Client, path: str, header: dict[str, str]) -> None:
    assert inside.get(path, headers=header).status_code == 403


def test_policy_allows_only_its_own_files(inside: httpx.Client) -> None:
    policy = inside.get("/_mock/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';")
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["../settings.py", "files.py", "index.html/", "%2e%2e/files.py", ""])
def test_nothing_else_can_be_requested(inside: httpx.Client, name: str) -> None:
    assert inside.get(f"/_mock/inspector/{name}").status_code == 404


def test_the_page_weighs_at_most_120_kb() -> None:
    """What a browser loads, uncompressed."""
    assert sum(len(files.read(name).encode()) for name in (files.PAGE, files.STYLE, files.SCRIPT)) <= HEAVIEST


def test_libraries_name_their_versions_and_licenses() -> None:
    libraries = {name: text for name, text in files.contents().items() if re.fullmatch(r"vendor/\w+\.js", name)}
    assert set(libraries) == {"vendor/preact.js", "vendor/hooks.js", "vendor/htm.js"}
    for text in libraries.values():
        found = re.match(r"/\*! \w+ \d+\.\d+\.\d+, (?:MIT|Apache-2\.0): (\w+\.LICENSE) \*/", text)
        assert found is not None
        assert f"vendor/{found[1]}" in files.contents()


def test_no_file_names_another_origin_or_evaluates_text() -> None:
    ours = {name: text for name, text in files.contents().items() if not name.startswith("vendor/")}
    named = {match for text in ours.values() for match in re.findall(r"https?://[\w.]+[\w./-]*", text)}
    assert named == {
        "http://www.w3.org/2000/svg",
        "https://synap-cloud-prod.maximem.ai",
    }  # a namespace; in a copied test
    assert not [
        name for name, text in ours.items() if re.search(r"\beval\(|new Function|innerHTML|document\.write", text)
    ]


def test_every_module_is_loaded() -> None:
    """What nothing imports is not in the bundle."""
    script = bundle(files.contents(), files.MAIN)
    assert script.count("const $module") >= len([name for name in files.contents() if name.endswith(".js")])


def test_bundle_cannot_end_its_element() -> None:
    assert not re.search(r"</script|<!--", bundle(files.contents(), files.MAIN), re.IGNORECASE)
