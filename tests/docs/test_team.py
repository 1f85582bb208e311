"""The page on worlds: its example in Node passes, and leaves no world behind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from asking import in_process
from tools import needs

from synap_mock import SynapMock

PAGE = (Path(__file__).parents[2] / "docs" / "team.md").read_text(encoding="utf-8")


def test_the_example_in_node_has_a_world_of_its_own(tmp_path: Path) -> None:
    node = shutil.which("node")
    needs("node", found=node is not None)
    (example,) = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "example.test.mjs").write_text(example, encoding="utf-8")
    fake = SynapMock()
    with fake.serve() as server:
        done = subprocess.run(
            [str(node), "--test", "example.test.mjs"],
            cwd=tmp_path,
            env={**os.environ, "SYNAP_BASE_URL": server.url, "no_proxy": "*"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert (done.returncode, re.findall(r"^. pass (\d+)", done.stdout, re.MULTILINE)) == (0, ["1"])
    assert [world["world"] for world in in_process(fake).get("/_mock/worlds").json()["worlds"]] == ["default"]
    assert fake.messages == []
