"""A server under gevent: it says that it can't run, or runs; it never hangs."""

from __future__ import annotations

import subprocess
import sys

SERVE = """
from gevent import monkey
monkey.patch_all({options})
import httpx
from synap_mock import SynapMock
fake = SynapMock()
with fake.intercept():
    print(httpx.get("https://synap-cloud-prod.maximem.ai/health").status_code)
with fake.serve() as server:
    print(httpx.get(f"{{server.url}}/health", trust_env=False).status_code)
"""


def run(options: str) -> subprocess.CompletedProcess[str]:
    script = SERVE.format(options=options)
    return subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=False, timeout=60)


def test_green_threads_are_refused_with_what_to_do() -> None:
    done = run("")
    assert (done.returncode, done.stdout) == (1, "200\n")
    last = done.stderr.splitlines()[-1]
    assert last.startswith("RuntimeError: the server can't run here: threads are replaced by green ones")
    assert "patch_all(thread=False)" in last
    assert "synap-mock serve" in last


def test_a_server_runs_where_gevent_leaves_threads_alone() -> None:
    done = run("thread=False")
    assert (done.returncode, done.stdout) == (0, "200\n200\n"), done.stderr
