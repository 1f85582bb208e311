"""Fetch the libraries of the inspector's page from npm, and write them with their licenses.

python scripts/vendor_inspector.py                       the versions below
python scripts/vendor_inspector.py preact=11.2.1         another version: then change it below, too
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[1] / "synap_mock" / "inspector" / "vendor"
_BARE: Final = re.compile(r'from"(preact)"')
_MAP: Final = re.compile(r"\n//# sourceMappingURL=\S+\s*$")
"""The maps are not vendored, and a missing map is an error in the browser's console."""


@dataclass(frozen=True)
class Library:
    """A package of npm, and the files of it that the page loads.

    Attributes:
        name: of the package.
        version: exact.
        license: the SPDX id that its package.json must have.
        files: a file's path in the package to its name in `FOLDER`.
    """

    name: str
    version: str
    license: str
    files: dict[str, str]


LIBRARIES: Final = (
    Library("preact", "11.2.0", "MIT", {"dist/preact.mjs": "preact.js", "hooks/dist/hooks.mjs": "hooks.js"}),
    Library("htm", "3.1.1", "Apache-2.0", {"dist/htm.mjs": "htm.js"}),
)


def main(versions: dict[str, str]) -> None:
    """Write the files of every library.

    Args:
        versions: a library's name to a version that replaces its own.
    """
    unknown = versions.keys() - {library.name for library in LIBRARIES}
    if unknown:
        raise SystemExit(f"{', '.join(unknown)}: expected one of {', '.join(each.name for each in LIBRARIES)}")
    FOLDER.mkdir(exist_ok=True)
    for library in LIBRARIES:
        write(replace(library, version=versions.get(library.name, library.version)))


def write(library: Library) -> None:
    """Write the files and the license of one library."""
    with tempfile.TemporaryDirectory() as folder:
        spec = f"{library.name}@{library.version}"
        command = ["npm", "pack", "--silent", spec]
        packed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603 - ours
        with tarfile.open(Path(folder) / packed.stdout.split()[-1]) as archive:
            archive.extractall(folder, filter="data")
        package = Path(folder) / "package"
        declared = f'"license": "{library.license}"'
        if declared not in (package / "package.json").read_text(encoding="utf-8"):
            raise SystemExit(f"{spec} no longer declares {declared}: read its license before you vendor it")
        for source, name in library.files.items():
            text = (package / source).read_text(encoding="utf-8")
            (FOLDER / name).write_text(vendored(text, library), encoding="utf-8")
        text = (package / "LICENSE").read_text(encoding="utf-8")
        (FOLDER / f"{library.name}.LICENSE").write_text(text, encoding="utf-8")


def vendored(text: str, library: Library) -> str:
    """A module as the page loads it: its origin above it, imports by path, no source map."""
    text = _BARE.sub(r'from"./\1.js"', _MAP.sub("\n", text))
    return f"/*! {library.name} {library.version}, {library.license}: {library.name}.LICENSE */\n{text.strip()}\n"


if __name__ == "__main__":
    main(dict(argument.split("=", 1) for argument in sys.argv[1:]))
