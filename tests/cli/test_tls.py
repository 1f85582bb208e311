"""``synap-mock serve --tls-cert FILE --tls-key FILE``: HTTPS, for the commands and for the official SDK."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import httpx
import pytest
import trustme
from cli.serving import failed, running
from cryptography.hazmat.primitives import serialization

from synap_mock import SynapMock

if TYPE_CHECKING:
    from pathlib import Path

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS: Final = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
SDK: Final = """
import asyncio
from maximem_synap import MaximemSynapSDK
async def main():
    sdk = MaximemSynapSDK()
    await sdk.initialize()
    entry = {"conversation_id": "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "role": "user", "content": "hi"}
    await sdk.conversation.record_messages_batch(messages=[entry])
    await sdk.shutdown()
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, a certificate of this machine with its key, another key, an encrypted one, a text."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    issued, other = authority.issue_cert("127.0.0.1", "localhost"), authority.issue_cert("elsewhere")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    (folder / "cert.pem").write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(folder / "key.pem")
    other.private_key_pem.write_to_path(folder / "other.pem")
    (folder / "text").write_text("no PEM", encoding="ascii")
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"secret")
    )
    (folder / "encrypted.pem").write_bytes(encrypted)
    return folder


def options(folder: Path, certificate: str = "cert.pem", key: str = "key.pem") -> list[str]:
    return ["--tls-cert", str(folder / certificate), "--tls-key", str(folder / key)]


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=False, env={**os.environ, **variables}
    )


def test_the_commands_and_the_sdk_reach_a_server_with_tls(files: Path, tmp_path: Path) -> None:
    ca = str(files / "ca.pem")
    with running(*options(files), "--api-key", "mine", "--log-format", "json") as (_, line):
        url = json.loads(line)["url"]
        assert url.startswith("https://127.0.0.1:")
        ready = run("-m", "synap_mock", "ready", "--url", url, "--tls-ca", ca)
        assert (ready.returncode, ready.stdout) == (0, f"{url} is ready\n")
        sdk = run("-c", SDK, SYNAP_BASE_URL=url, SYNAP_API_KEY="mine", SSL_CERT_FILE=ca, HOME=str(tmp_path))
        assert (sdk.returncode, sdk.stderr) == (0, "")
        exported = run("-m", "synap_mock", "export", "--url", url, SSL_CERT_FILE=ca)
        assert exported.stdout.count('"content":"hi"') == 1
        unknown = run("-m", "synap_mock", "ready", "--url", url)
        assert (unknown.returncode, "--tls-ca FILE trusts a certificate" in unknown.stderr) == (1, True)


@pytest.mark.parametrize(
    ("certificate", "key", "reason"),
    [
        ("none.pem", "key.pem", r"cannot read \S+none\.pem: No such file"),
        ("cert.pem", "none.pem", r"cannot read \S+none\.pem: No such file"),
        ("text", "key.pem", r"\S+text has no certificate in PEM"),
        ("cert.pem", "text", r"\S+text has no private key in PEM"),
        ("cert.pem", "cert.pem", r"\S+cert\.pem has no private key in PEM"),
        ("key.pem", "key.pem", r"\S+key\.pem has no certificate in PEM"),
        ("cert.pem", "other.pem", r"the key in \S+other\.pem is not that of the certificate in \S+cert\.pem"),
        ("cert.pem", "encrypted.pem", r"\S+encrypted\.pem is encrypted; decrypt it: openssl pkey"),
    ],
)
def test_files_that_cannot_be_used_are_rejected(files: Path, certificate: str, key: str, reason: str) -> None:
    with (
        pytest.raises(ValueError, match=reason),
        SynapMock().serve(tls_cert=files / certificate, tls_key=files / key),
    ):
        pass


def test_an_option_names_the_file_that_cannot_be_used(files: Path) -> None:
    """Files that a container mounts may be missing, or belong to another user."""
    missing = failed(*options(files, "none.pem"))
    assert re.search(r"'--tls-cert' and '--tls-key': cannot read \S+none\.pem: No such", missing)
    assert "'--tls-key': HTTPS needs the certificate and its key" in failed(*options(files)[:2])


@pytest.mark.parametrize("fault", ["Disconnected", "ConnectionReset", "TruncatedBody"])
def test_faults_of_the_connection_occur_with_tls(files: Path, fault: str) -> None:
    fake = SynapMock()
    trust = ssl.create_default_context(cafile=files / "ca.pem")
    with (
        fake.serve(tls_cert=files / "cert.pem", tls_key=files / "key.pem") as server,
        httpx.Client(base_url=server.url, verify=trust, trust_env=False) as client,
    ):
        client.post("/_mock/faults", json={"fault": fault, "route": "GET /health"}).raise_for_status()
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.get("/health")
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize(("offered", "chosen"), [(["h2", "http/1.1"], "http/1.1"), (["h2"], "h2"), (["x"], None)])
def test_a_client_that_offers_only_http2_is_refused_as_grpc(
    files: Path, offered: list[str], chosen: str | None
) -> None:
    """GRPC requires that h2 is chosen; without it, its clients connect again and again."""
    trust = ssl.create_default_context(cafile=files / "ca.pem")
    trust.set_alpn_protocols(offered)
    with (
        SynapMock().serve(tls_cert=files / "cert.pem", tls_key=files / "key.pem") as server,
        socket.create_connection(("127.0.0.1", server.port)) as line,
        trust.wrap_socket(line, server_hostname="127.0.0.1") as secure,
    ):
        assert secure.selected_alpn_protocol() == chosen
        if chosen == "h2":
            secure.sendall(PREFACE + SETTINGS)
            assert secure.recv(100)[:9] == SETTINGS
