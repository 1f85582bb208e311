"""The command ``synap-mock serve``, as its own process."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from contextlib import suppress
from typing import Final

import click
import httpx
import psutil
import pytest
from asking import BATCH
from cli.many import Command, Done, run_many
from cli.serving import command, environment, failed, running
from click.testing import CliRunner

from synap_mock.cli.options import option


def test_the_ready_lines_have_the_address_the_key_and_the_page() -> None:
    with running("--api-key", "mine") as (process, line):
        url = re.fullmatch(r"synap-mock is ready at (http://127\.0\.0\.1:\d+), API key mine\n", line)
        assert url
        assert httpx.get(f"{url[1]}/health", trust_env=False).status_code == 200
        assert process.stdout is not None
        process.terminate()
        assert process.stdout.read() == f"Watch the calls at {url[1]}/_mock/\n"


def test_as_json_the_line_has_event_url_and_key() -> None:
    with running("--log-format", "json", API_KEY="mine other") as (_, line):
        ready = json.loads(line)
        assert (ready["event"], ready["api_key"], ready["inspector"]) == ("ready", "mine", f"{ready['url']}/_mock/")
        assert list(ready) == ["event", "url", "api_key", "inspector"]
        headers = {"Authorization": "Bearer other"}
        assert httpx.get(f"{ready['url']}/api/v1/auth/whoami", headers=headers, trust_env=False).status_code == 200


KUBERNETES = {
    "SERVICE_HOST": "10.96.3.7",
    "SERVICE_PORT": "8765",
    "SERVICE_PORT_HTTP": "8765",
    "PORT": "tcp://10.96.3.7:8765",
    "PORT_8765_TCP": "tcp://10.96.3.7:8765",
    "PORT_8765_TCP_PROTO": "tcp",
    "PORT_8765_TCP_PORT": "8765",
    "PORT_8765_TCP_ADDR": "10.96.3.7",
}
"""What Kubernetes sets in every container where a Service is called synap-mock."""


def test_what_kubernetes_sets_for_a_service_is_ignored() -> None:
    """The port is the default one, which this test takes, or has been taken by another process."""
    with suppress(OSError), socket.create_server(("127.0.0.1", 8765)):
        reported = failed(**KUBERNETES).splitlines()
    assert reported[0] == (
        "Warning: SYNAP_MOCK_PORT=tcp://10.96.3.7:8765 is ignored: Kubernetes sets it for a Service of that name; "
        "use --port, name the Service differently, or set enableServiceLinks: false in the pod"
    )
    assert reported[1].startswith("Error: cannot listen on 127.0.0.1 port 8765: ")
    assert len(reported) == 2


@pytest.mark.parametrize("address", ["tcp://10.96.3.7:80", "udp://[fd00::7]:53", "sctp://10.96.3.7:9"])
def test_the_address_of_a_service_is_ignored_in_any_variable(address: str) -> None:
    @click.command()
    @option("--name", default="default")
    @option("--names", multiple=True)
    def echo(name: str, names: tuple[str, ...]) -> None:
        click.echo(f"{name} {names}")

    service = {"SYNAP_MOCK_NAME": address, "SYNAP_MOCK_NAMES": address}
    done = CliRunner().invoke(echo, env=service)
    assert done.stdout == "default ()\n"
    assert done.stderr.count("is ignored") == 2
    assert CliRunner().invoke(echo, ["--name", "mine"], env={"SYNAP_MOCK_NAME": address}).output == "mine ()\n"


HALF = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("alongside", [b"", HALF], ids=["idle", "half"])
def test_a_signal_ends_the_server_whatever_is_open(number: signal.Signals, alongside: bytes) -> None:
    """A server that waited for the rest of a request would wait for 60 s."""
    with running("--log-format", "json") as (process, line):
        port = int(json.loads(line)["url"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(alongside)
            process.send_signal(number)
            assert process.wait(timeout=30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_signal_does_not_wait_for_a_slow_call() -> None:
    """A server that waited for the call would answer it, after some seconds."""
    entry = b'{"conversation_id":"x","role":"user","content":""}'
    body = b'{"messages":[' + b",".join([entry] * 600_000) + b"]}"
    head = f"POST {BATCH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer mine\r\nContent-Length: {len(body)}\r\n\r\n"
    with running("--api-key", "mine", "--log-format", "json") as (process, line):
        port = int(json.loads(line)["url"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head.encode() + body)
            used = sum(psutil.Process(process.pid).cpu_times()[:2])
            while sum(psutil.Process(process.pid).cpu_times()[:2]) < used + 0.3:  # by then it is under way
                time.sleep(0.01)
            process.terminate()
            assert process.wait(timeout=60) == 0
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""


def test_every_option_reaches_the_fake() -> None:
    given = [
        "--tenancy",
        "b2b",
        "--dialect",
        "observed",
        "--registration",
        "required",
        "--max-batch",
        "7",
        "--processing",
        "failed",
        "--processing-seconds",
        "1.5",
        "--seed",
        "3",
        *("--max-messages", "5", "--max-conversations", "4", "--max-age", "12h"),
        *("--max-memories", "8", "--max-scheduled", "9"),
    ]
    with running(*given, "--log-format", "json") as (_, line):
        shown = httpx.get(f"{json.loads(line)['url']}/_mock/settings", trust_env=False).json()
        bounds = httpx.get(f"{json.loads(line)['url']}/_mock/stats", trust_env=False).json()["bounds"]
    names = ("tenancy", "dialect", "registration", "max_batch", "processing", "processing_seconds", "seed")
    assert [shown[name] for name in names] == ["b2b", "observed", "required", 7, "failed", 1.5, 3]
    assert [*bounds.values()][:5] == [5, 4, 43_200, 8, 9]


def test_every_option_may_come_from_the_environment() -> None:
    given = {
        "TENANCY": "b2c",
        "DIALECT": "observed",
        "REGISTRATION": "required",
        "MAX_BATCH": "7",
        "LOG_FORMAT": "json",
    }
    with running(**given, ALLOW_HOST="one two") as (_, line):
        url = json.loads(line)["url"]
        shown = httpx.get(f"{url}/_mock/settings", headers={"Host": "two"}, trust_env=False).json()
    assert (shown["tenancy"], shown["dialect"], shown["registration"], shown["max_batch"]) == (
        "b2c",
        "observed",
        "required",
        7,
    )


def test_help_shows_each_option_with_its_variable_and_default() -> None:
    shown = subprocess.run(command("--help"), capture_output=True, text=True, check=True, env=environment()).stdout
    reported = " ".join(shown.split())
    for name in re.findall(r"--[a-z-]+", reported):
        if name != "--help":
            assert f"[env var: SYNAP_MOCK_{name[2:].upper().replace('-', '_')}; default: " in reported, name


def test_verbose_logs_each_call_without_key_or_content() -> None:
    with running("-v", "--log-format", "json", "--api-key", "sixteen-long-key-0") as (process, line):
        entry = {"conversation_id": "conv-1", "role": "user", "content": "a secret"}
        headers = {"Authorization": "Bearer sixteen-long-key-0"}
        httpx.post(json.loads(line)["url"] + BATCH, json={"messages": [entry]}, headers=headers, trust_env=False)
        process.terminate()
        assert process.stderr is not None
        logged = process.stderr.read()
    assert "secret" not in logged
    assert "sixteen" not in logged
    call = json.loads(logged.splitlines()[0])
    assert (call["path"], call["status"], call["rules"]) == (BATCH, 200, {"CONVERSATION-ID-UUID": 1})


@pytest.mark.parametrize("form", ["text", "json"])
def test_verbose_logs_every_outcome(form: str) -> None:
    """A call that a fault drops has no status."""
    faults = ["Disconnected", "ConnectionReset", "TruncatedBody", "ServerError"]
    with running("-v", "--log-format", form, "--api-key", "mine") as (process, line):
        url = re.search(r"http://[0-9.:]+", line)
        assert url
        with httpx.Client(base_url=url[0], headers={"Authorization": "Bearer mine"}, trust_env=False) as client:
            for fault in faults:
                client.post("/_mock/faults", json={"fault": fault}).raise_for_status()
                with suppress(httpx.TransportError):
                    client.post(BATCH, json={"messages": []})
            client.post(BATCH, content=b"{")
            client.get("/v1/nothing")
            client.get("/health")
        process.terminate()
        assert process.stderr is not None
        logged = process.stderr.read().splitlines()
    if form == "text":
        assert logged[:7] == [
            f"POST {BATCH} unanswered fault: Disconnected",
            f"POST {BATCH} unanswered fault: ConnectionReset",
            f"POST {BATCH} unanswered fault: TruncatedBody",
            f"POST {BATCH} 500 fault: ServerError",
            f"POST {BATCH} 400 refused: 1 x BODY-JSON",
            "GET /v1/nothing 404 refused: 1 x ROUTE-NOT-MODELLED",
            "GET /health 200",
        ]
    else:
        reported = [json.loads(each) for each in logged[:7]]
        assert {each["event"] for each in reported} == {"request"}
        assert [(each["status"], each["fault"]) for each in reported] == [
            (None, "Disconnected"),
            (None, "ConnectionReset"),
            (None, "TruncatedBody"),
            (500, "ServerError"),
            (400, None),
            (404, None),
            (200, None),
        ]


def test_beyond_loopback_the_ready_line_has_the_token() -> None:
    with running("--host", "0.0.0.0", "--log-format", "json") as (_, line):
        ready = json.loads(line)
        headers = {"Authorization": f"Bearer {ready['control_token']}"}
        assert httpx.get(f"{ready['url']}/_mock/settings", trust_env=False).status_code == 401
        assert httpx.get(f"{ready['url']}/_mock/settings", headers=headers, trust_env=False).status_code == 200


def test_a_taken_port_is_an_error_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert failed("--port", str(port)) == (
            f"Error: cannot listen on 127.0.0.1 port {port}: Address already in use; "
            "choose another --port (0 picks a free one) or --host\n"
        )


INVALID: Final[tuple[tuple[list[str], dict[str, str], str], ...]] = (
    (["--port", "65536"], {}, "'--port'"),
    (["--port", "x"], {}, "'--port'"),
    (["--tenancy", "b2x"], {}, "'b2b', 'b2c'"),
    (["--dialect", ""], {}, "'documented', 'observed'"),
    (["--registration", "maybe"], {}, "'auto', 'required'"),
    (["--max-batch", "0"], {}, "'--max-batch'"),
    (["--seed", "1.5"], {}, "'--seed'"),
    (["--max-age", "7 days"], {}, "'--max-age'"),
    (["--api-key", "a b"], {}, "'--api-key'"),
    (["--api-key", ""], {}, "'--api-key'"),
    (["--host", ""], {}, "'--host'"),
    (["--host", "*"], {}, "'--host'"),
    (["--host", "a..b"], {}, "'--host'"),
    (["--control-token", ""], {}, "'--control-token'"),
    (["--port-file", "/proc/port"], {}, "'--port-file'"),
    (["--port-file", "/dev/null"], {}, "'--port-file'"),
    (["--port-file", "n" * 300 + "/port"], {}, "'--port-file'"),
    (["--api-key", "a", "--api-key", "a"], {}, "'--api-key'"),
    (["--allow-host", "http://x"], {}, "'--allow-host'"),
    (["--control-token", "a b"], {}, "'--control-token'"),
    (["--log-format", "xml"], {}, "'text', 'json'"),
    (["--port-file", "no/such/folder/port"], {}, "'--port-file'"),
    (["--port-file", "."], {}, "'--port-file'"),
    (["--host", "no host"], {}, "'--host'"),
    (["--host", "no-such-host.invalid"], {}, "--host"),
    (["--colour", "red"], {}, "--colour"),
    (["now"], {}, "now"),
    ([], {"SYNAP_MOCK_PORT": "x"}, "SYNAP_MOCK_PORT"),
    ([], {"SYNAP_MOCK_TENANCY": "x"}, "SYNAP_MOCK_TENANCY"),
    ([], {"SYNAP_MOCK_MAX_BATCH": "-1"}, "SYNAP_MOCK_MAX_BATCH"),
    ([], {"SYNAP_MOCK_SEED": "x"}, "SYNAP_MOCK_SEED"),
)
"""Options, variables, and what the error names."""


@pytest.fixture(scope="module")
def rejected() -> list[Done]:
    """What each invalid option or variable ends with."""
    port = {"SYNAP_MOCK_PORT": "0"}  # an option that is accepted would make a server
    commands = [Command(["serve", *options], port | variables) for options, variables, _ in INVALID]
    return run_many(commands, environment())


@pytest.mark.parametrize("number", range(len(INVALID)), ids=lambda n: " ".join([*INVALID[n][0], *INVALID[n][1]])[:40])
def test_an_invalid_option_is_named_in_the_error(rejected: list[Done], number: int) -> None:
    done = rejected[number]
    assert (done.status, done.output) == (2, "")
    assert INVALID[number][-1] in done.errors


@pytest.mark.parametrize("invalid", [["--port", "x"], ["--host", "no-such-host.invalid"]], ids=" ".join)
def test_a_process_with_an_invalid_option_ends(invalid: list[str]) -> None:
    assert "--" in failed(*invalid)


def test_the_address_of_an_ipv6_server_has_brackets() -> None:
    with running("--host", "::1", "--log-format", "json") as (_, line):
        url = json.loads(line)["url"]
        assert url.startswith("http://[::1]:")
        assert httpx.get(f"{url}/health", trust_env=False).status_code == 200
