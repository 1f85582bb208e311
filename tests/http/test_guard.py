"""Which requests the control API accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from asking import in_process

from synap_mock import SynapMock

if TYPE_CHECKING:
    from synap_mock import Server

OWN = ["localhost", "127.0.0.1", "[::1]", "localhost:8765", "127.0.0.1:1", "[::1]:65535", "LOCALHOST"]
FOREIGN = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.2",
    "localhost@evil.example",
    "localhost:80@evil.example",
    "localhost:x",
    "[::1",
    "[::1].evil",
    "::1",
    "localhost.",
    "",
]


@pytest.mark.parametrize("host", OWN)
def test_this_machines_own_names_are_admitted_on_any_port(inside: httpx.Client, host: str) -> None:
    assert inside.get("/_mock/settings", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_host_gets_403(inside: httpx.Client, host: str) -> None:
    assert inside.get("/_mock/settings", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", OWN)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_own_origin_is_admitted(inside: httpx.Client, scheme: str, host: str) -> None:
    assert inside.get("/_mock/settings", headers={"Origin": f"{scheme}://{host}"}).status_code == 200


@pytest.mark.parametrize("origin", [*(f"http://{host}" for host in FOREIGN), "null", "file://", "localhost"])
def test_a_foreign_origin_gets_403(inside: httpx.Client, origin: str) -> None:
    assert inside.get("/_mock/settings", headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]", "fake.internal"])
@pytest.mark.parametrize("site", ["cross-site", "Cross-Site"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_another_site_gets_403(host: str, site: str, method: str) -> None:
    """A navigation, an image or a script has no Origin."""
    inside = in_process(SynapMock(allow_hosts=["fake.internal"]))
    path = "/_mock/settings" if method == "GET" else "/_mock/reset"
    answer = inside.request(method, path, headers={"Host": host, "Sec-Fetch-Site": site})
    assert (answer.status_code, "Sec-Fetch-Site: cross-site" in answer.json()["error"]) == (403, True)


def test_a_sibling_of_an_allowed_host_gets_403() -> None:
    """fake.internal and evil.internal can be of the same site."""
    inside = in_process(SynapMock(allow_hosts=["fake.internal"]))
    headers = {"Host": "fake.internal", "Sec-Fetch-Site": "same-site"}
    assert inside.get("/_mock/settings", headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["same-site", "same-origin", "none", ""])
def test_a_page_of_this_machine_is_admitted(inside: httpx.Client, site: str) -> None:
    assert inside.get("/_mock/settings", headers={"Sec-Fetch-Site": site}).status_code == 200


def test_an_allowed_origin_of_another_site_is_admitted() -> None:
    inside = in_process(SynapMock(allow_hosts=["fake.internal"]))
    headers = {"Origin": "http://fake.internal", "Sec-Fetch-Site": "cross-site"}
    assert inside.get("/_mock/settings", headers=headers).status_code == 200


def test_the_synap_api_takes_any_site(inside: httpx.Client) -> None:
    assert inside.get("/api/v1/auth/whoami", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_foreign_host_changes_nothing(fake: SynapMock, inside: httpx.Client) -> None:
    inside.patch("/_mock/settings", json={"tenancy": "b2b"}, headers={"Host": "evil.example"})
    assert fake.settings.tenancy is None


@pytest.mark.parametrize("allowed", ["fake.internal", "FAKE.internal", "10.0.0.1", "fe80::1", "[fe80::1]"])
def test_an_allowed_host_is_admitted(allowed: str) -> None:
    host = f"[{allowed}]" if ":" in allowed and not allowed.startswith("[") else allowed
    inside = in_process(SynapMock(allow_hosts=[allowed]))
    assert inside.get("/_mock/settings", headers={"Host": f"{host}:80", "Origin": f"http://{host}"}).status_code == 200


def test_the_data_face_takes_any_host_and_origin(inside: httpx.Client) -> None:
    headers = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert inside.get("/api/v1/auth/whoami", headers=headers).status_code == 200


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic s3cret", "s3cret", "Bearer \xe9"])
def test_where_there_is_a_token_a_request_without_it_gets_401(given: str) -> None:
    inside = in_process(SynapMock(control_token="s3cret"))
    headers = {b"Authorization": given.encode("latin-1")}
    assert inside.get("/_mock/settings", headers=headers).status_code == 401


def test_where_there_is_a_token_its_bearer_is_served() -> None:
    inside = in_process(SynapMock(control_token="s3cret"))
    assert inside.get("/_mock/settings", headers={"Authorization": "Bearer s3cret"}).status_code == 200


def test_a_server_on_loopback_needs_no_token(server: Server) -> None:
    assert server.control_token is None


def test_a_server_beyond_loopback_makes_a_token(fake: SynapMock) -> None:
    with fake.serve(host="0.0.0.0") as server:
        bare = httpx.get(f"{server.url}/_mock/settings", trust_env=False)
        headers = {"Authorization": f"Bearer {server.control_token}"}
        borne = httpx.get(f"{server.url}/_mock/settings", headers=headers, trust_env=False)
    assert (bare.status_code, borne.status_code) == (401, 200)


@pytest.mark.parametrize("path", ["/_mock/livez", "/_mock/readyz"])
def test_a_probe_needs_neither_a_known_host_nor_the_token(path: str) -> None:
    """A kubelet sends the pod's IP as Host."""
    inside = in_process(SynapMock(control_token="s3cret"))
    answer = inside.get(path, headers={"Host": "10.1.2.3:8765", "Authorization": ""})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/_mock/livez/x", "/_mock/livez/../settings", "/_mock/_mock/livez", "/_mock/x"])
def test_no_other_path_passes_the_guard(path: str) -> None:
    inside = in_process(SynapMock(control_token="s3cret"))
    assert inside.get(path, headers={"Authorization": ""}).status_code == 401


def test_a_probe_of_another_method_is_405(inside: httpx.Client) -> None:
    assert inside.post("/_mock/readyz").status_code == 405
