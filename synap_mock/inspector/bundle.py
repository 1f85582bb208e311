"""The modules of the page as one script.

Each module becomes a function that runs once and returns its exports. It is not a JavaScript parser: it relies on the
form that the inspector's modules have. An import is a statement of one line at the beginning of a module, of names or
of a default; an export stands in front of what it exports, or is a list at the end, as the libraries have it. A line
that begins with // is a comment, and is left out.
"""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_IMPORT: Final = re.compile(r'^import\s*(\{[^}]*\}|\w+)\s*from\s*"(\.[^"]+)";', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (async function|function|class|const) (\w+)", re.MULTILINE)
_REEXPORT: Final = re.compile(r'^export (\{[^}]*\}) from "(\.[^"]+)";', re.MULTILINE)
_EXPORT_LIST: Final = re.compile(r"export\s*\{([^}]*)\};?\s*$")
_EXPORT_DEFAULT: Final = re.compile(r"export default ")
_COMMENT: Final = re.compile(r"^\s*//.*\n", re.MULTILINE)


def bundle(modules: Mapping[str, str], main: str) -> str:
    """One script that runs `main`, after the modules that it imports.

    Args:
        modules: path to text.
        main: the path of the module to run.

    Raises:
        KeyError: a module imports a file that does not exist.
        graphlib.CycleError: modules import each other.
    """
    needed: dict[str, set[str]] = {}
    waiting = [main]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = imports(name, modules[name])
            waiting += needed[name]
    order = [*TopologicalSorter(needed).static_order()]
    ids = {name: f"$module{number}" for number, name in enumerate(order)}
    return "\n".join(_function(name, modules[name], ids) for name in order)


def imports(name: str, text: str) -> set[str]:
    """The paths that a module imports."""
    found = [target for pattern in (_IMPORT, _REEXPORT) for _, target in pattern.findall(text)]
    return {_resolve(name, target) for target in found}


def _resolve(name: str, target: str) -> str:
    return normpath(join(dirname(name), target))


def _function(name: str, text: str, ids: Mapping[str, str]) -> str:
    exports: dict[str, str] = {}

    def imported(match: re.Match[str]) -> str:
        names, target = match.groups()
        source = ids[_resolve(name, target)]
        pattern = names.replace(" as ", ": ") if names.startswith("{") else f"{{ default: {names} }}"
        return f"const {pattern} = {source};"

    def reexported(match: re.Match[str]) -> str:
        source = ids[_resolve(name, match[2])]
        for each in _names(match[1][1:-1]):
            exports[each] = f"{source}.{each}"
        return ""

    def exported(match: re.Match[str]) -> str:
        exports[match[2]] = match[2]
        return f"{match[1]} {match[2]}"

    def listed(match: re.Match[str]) -> str:
        for each in _names(match[1]):
            local, _, public = each.partition(" as ")
            exports[public or local] = local
        return ""

    text = _COMMENT.sub("", text)
    text = _REEXPORT.sub(reexported, _IMPORT.sub(imported, text))
    text = _EXPORT.sub(exported, text)
    text = _EXPORT_LIST.sub(listed, text)
    if _EXPORT_DEFAULT.search(text):
        exports["default"] = "$default"
        text = _EXPORT_DEFAULT.sub("const $default = ", text)
    returned = ", ".join(f"{public}: {local}" for public, local in exports.items())
    return f"const {ids[name]} = (() => {{\n{text.strip()}\nreturn {{ {returned} }};\n}})();"


def _names(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
