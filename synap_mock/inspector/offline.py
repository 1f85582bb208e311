"""The page with its data, as one file that needs no server."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from synap_mock.inspector import files

_STYLE: Final = '<link rel="stylesheet" href="inspector/style.css">'
_SCRIPT: Final = '<script type="module" src="inspector/page.js"></script>'
_END: Final = "</body>"


def page(data: str) -> str:
    """The page.

    Args:
        data: JSON. It stands in a script element, so a ``<`` in it is escaped: no text of it can end the element.
    """
    html, style, script = files.read(files.PAGE), files.read(files.STYLE), files.read(files.SCRIPT)
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    data = data.replace("<", "\\u003c")
    for old, new in {
        _STYLE: f"<style>{style}</style>",
        _SCRIPT: f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        _END: f'<script type="application/json" id="snapshot">{data}</script>\n'
        f'    <script type="module">{script}</script>\n  {_END}',
    }.items():
        before, _, after = html.partition(old)
        html = f"{before}{new}{after}"
    return html


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
