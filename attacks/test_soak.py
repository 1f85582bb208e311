"""Clients that post every 5 s, on connections that stay idle meanwhile: no post is lost to one that closes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

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
import sys, threading, time, {library}
url, key, body, connections, rounds, pause = sys.argv[1:]
lost = []
def posts():
    with {library}.{session}() as client:
        for number in range(int(rounds)):
            if number:
                time.sleep(float(pause))
            try:
                answer = client.post(url, {content}=body.encode(), headers={{"Authorization": "Bearer " + key}})
                if answer.status_code != 200:
                    lost.append(answer.text)
            except Exception as error:
                lost.append(repr(error))
threads = [threading.Thread(target=posts) for _ in range(int(connections))]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(lost), lost[:3])
"""
AIOHTTP: Final = """
import asyncio, sys, aiohttp
url, key, body, connections, rounds, pause = sys.argv[1:]
lost = []
async def posts():
    connector = aiohttp.TCPConnector(keepalive_timeout=60)
    async with aiohttp.ClientSession(connector=connector, headers={"Authorization": "Bearer " + key}) as client:
        for number in range(int(rounds)):
            if number:
                await asyncio.sleep(float(pause))
            try:
                async with client.post(url, data=body.encode()) as answer:
                    if answer.status != 200:
                        lost.append(await answer.text())
            except Exception as error:
                lost.append(repr(error))
async def main():
    await asyncio.gather(*(posts() for _ in range(int(connections))))
asyncio.run(main())
print(len(lost), lost[:3])
"""
NODE: Final = """
const http = require("http");
const [url, key, body, connections, rounds, pause] = process.argv.slice(1);
const lost = [];
const post = (agent) => new Promise((done) => {
  const headers = { Authorization: "Bearer " + key, "Content-Length": Buffer.byteLength(body) };
  const request = http.request(url, { method: "POST", agent, headers }, (answer) => {
    if (answer.statusCode !== 200) lost.push(answer.statusCode);
    answer.resume().on("end", done);
  });
  request.on("error", (error) => { lost.push(error.code); done(); });
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
Promise.all(Array.from({ length: connections }, posts)).then(() => console.log(lost.length, lost.slice(0, 3)));
"""


def test_posts_every_5_seconds_are_never_lost() -> None:
    python = [sys.executable, "-P", "-c"]
    scripts = {
        "httpx": [*python, THREADS.format(library="httpx", session="Client", content="content")],
        "requests": [*python, THREADS.format(library="requests", session="Session", content="data")],
        "aiohttp": [*python, AIOHTTP],
    }
    node = shutil.which("node")
    if node is not None:
        scripts["Node"] = [node, "-e", NODE]
    with attacked(latency=1) as victim:  # four clients that wake at the same time
        running = {name: started(command, victim) for name, command in scripts.items()}
        lost = {name: process.communicate()[0].strip() for name, process in running.items()}
        recorded = victim.control("GET", "conversations").json
        assert lost == dict.fromkeys(running, "0 []"), json.dumps(recorded)
    if node is None:
        pytest.skip("Node is not installed; the other clients lost nothing")


def started(command: list[str], victim: Victim) -> subprocess.Popen[str]:
    url = f"http://127.0.0.1:{victim.port}{BATCH}"
    arguments = [url, KEY, VALID.decode(), str(CONNECTIONS), str(ROUNDS), str(PAUSE)]
    return subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
