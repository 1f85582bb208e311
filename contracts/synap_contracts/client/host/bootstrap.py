"""Runs the Python host in another environment: ``python -I bootstrap.py module:factory name folder...``.

This package is found by its path alone. If its folder were on the module search path, all packages that are installed
next to it would take precedence over those of the environment, including the official SDK.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[2]


def enter() -> None:
    """Make this package importable, and nothing else from its folder."""
    found = importlib.util.spec_from_file_location(
        PACKAGE.name, PACKAGE / "__init__.py", submodule_search_locations=[str(PACKAGE)]
    )
    if found is None or found.loader is None:
        raise ImportError(f"{PACKAGE} is not a package")
    module = importlib.util.module_from_spec(found)
    sys.modules[PACKAGE.name] = module
    found.loader.exec_module(module)


if __name__ == "__main__":
    enter()
    from synap_contracts.client.__main__ import main

    main(sys.argv[1], sys.argv[2], tuple(sys.argv[3:]))
