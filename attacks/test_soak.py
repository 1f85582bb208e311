"""Clients that post every 5 s, on connections that stay idle meanwhile: no post is lost to one that closes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import psutil
import pytest
from asking import BATCH
from hostile.bodies import VALID
from hostile.request import KEY
from victim import attacked

if TYPE_CHECKING:
    from victim import Victim

CONNECTIONS: Final = 100
ROUNDS: Final = 10
PAUSE: Final = 5

THREADS: Final = """
import collections, sys, threading, time, {library}
url, key, body, connections, rounds, pause = sys.argv[1:]
headers = {{"Authorization": "Bearer " + key}}
outcomes = []
def posts():
    with {library}.{session}() as client:
        for number in range(int(rounds)):
            if number:
                time.sleep(float(pause))
            try:
                answer = client.post(url, {content}=body.encode(), headers=headers, timeout=60)
                outcomes.append(answer.status_code)
            except Exception as error:
                outcomes.append(repr(error))
threads = [threading.Thread(target=posts) for _ in range(int(connections))]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(dict(collections.Counter(outcomes)))
"""
AIOHTTP: Final = """
import asyncio, collections, sys, aiohttp
url, key, body, connections, rounds, pause = sys.argv[1:]
outcomes = []
async def posts():
    connector = aiohttp.TCPConnector(keepalive_timeout=60)
    async with aiohttp.ClientSession(connector=connector, headers={"Authorization": "Bearer " + key}) as client:
        for number in range(int(rounds)):
            if number:
                await asyncio.sleep(float(pause))
            try:
                async with client.post(url, data=body.encode()) as answer:
                    await answer.read()  # aiohttp closes the connection of an unread response
                    outcomes.append(answer.status)
            except Exception as error:
                outcomes.append(repr(error))
async def main():
    await asyncio.gather(*(posts() for _ in range(int(connections))))
asyncio.run(main())
print(dict(collections.Counter(outcomes)))
"""
NODE: Final = """
const http = require("http");
const [url, key, body, connections, rounds, pause] = process.argv.slice(1);
const outcomes = {};
const count = (outcome) => { outcomes[outcome] = (outcomes[outcome] || 0) + 1; };
const post = (agent) => new Promise((done) => {
  const headers = { Authorization: "Bearer " + key, "Content-Length": Buffer.byteLength(body) };
  const request = http.request(url, { method: "POST", agent, headers }, (answer) => {
    count(answer.statusCode);
    answer.resume().on("end", done);
  });
  request.on("error", (error) => { count(error.code); done(); });
  request.end(body);
});
const posts = async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let number = 0; number < rounds; number++) {
    if (number) await new Promise((done) => setTimeout(done, pause * 1000));
    await post(agent);
  }
  agent.destroy();
};
Promise.all(Array.from({ length: connections }, posts)).then(() => console.log(outcomes));
"""


@pytest.fixture
def clients() -> dict[str, list[str]]:
    python = [sys.executable, "-P", "-c"]
    clients = {
        "httpx": [*python, THREADS.format(library="httpx", session="Client", content="content")],
        "requests": [*python, THREADS.format(library="requests", session="Session", content="data")],
        "aiohttp": [*python, AIOHTTP],
    }
    node = shutil.which("node")
    return clients if node is None else {**clients, "Node": [node, "-e", NODE]}


def test_posts_every_5_seconds_are_never_lost(clients: dict[str, list[str]]) -> None:
    with attacked(latency=1) as victim:  # the clients wake at the same time
        running = {name: started(command, victim) for name, command in clients.items()}
        lifetimes = watched(running, victim)
        outcomes = {name: process.communicate()[0].strip() for name, process in running.items()}
    kept = {name: sum(life > 4 * PAUSE for life in lives) for name, lives in lifetimes.items()}
    print(f"outcomes {outcomes}; connections kept for {4 * PAUSE} s {kept}")
    posts = CONNECTIONS * ROUNDS
    assert outcomes == {name: f"{{ '200': {posts} }}" if name == "Node" else f"{{200: {posts}}}" for name in running}
    assert {kept[name] for name in running if name != "httpx"} == {CONNECTIONS}  # httpx closes idle ones after 5 s
    if "Node" not in running:
        pytest.skip("Node is not installed; the other clients lost nothing")


def watched(clients: dict[str, subprocess.Popen[str]], victim: Victim) -> dict[str, list[float]]:
    """Seconds for which the connections of each client have been seen, after its end."""
    first: dict[tuple[str, int], float] = {}
    last: dict[tuple[str, int], float] = {}
    while active := {name: process for name, process in clients.items() if process.poll() is None}:
        for name, process in active.items():
            for port in connections(process, victim):
                last[name, port] = time.monotonic()
                first.setdefault((name, port), last[name, port])
        time.sleep(0.5)
    return {
        name: [last[client, port] - began for (client, port), began in first.items() if client == name]
        for name in clients
    }


def connections(process: subprocess.Popen[str], victim: Victim) -> set[int]:
    """The ports from which a client is connected."""
    try:
        lines = psutil.Process(process.pid).net_connections()
    except psutil.Error:  # it has ended
        return set()
    return {
        line.laddr.port
        for line in lines
        if line.status == psutil.CONN_ESTABLISHED and line.raddr and line.raddr.port == victim.port
    }


def started(command: list[str], victim: Victim) -> subprocess.Popen[str]:
    url = f"http://127.0.0.1:{victim.port}{BATCH}"
    arguments = [url, KEY, VALID.decode(), str(CONNECTIONS), str(ROUNDS), str(PAUSE)]
    return subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
