"""XML elements whose texts cannot become markup."""

from __future__ import annotations

from typing import TypeAlias
from xml.etree.ElementTree import Element

Child: TypeAlias = "Element | str | None"


def visible(text: str) -> str:
    """Escape invisible characters: control characters, direction marks, lone surrogates.

    XML cannot contain most of them, and UTF-8 not the last; and a reader could not distinguish them.
    """
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode-escape").decode() for c in text)


def element(tag: str, *children: Child, **attributes: str) -> Element:
    """Return an element.

    Args:
        tag: The tag.
        children: The texts and elements in it, in order. None is skipped.
        attributes: The attributes: `class_` is class, `aria_label` is aria-label.
    """
    names = {name: name.rstrip("_").replace("_", "-") for name in attributes}
    made = Element(tag, {names[name]: visible(value) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif child:
            _append(made, visible(child))
    return made


def _append(made: Element, text: str) -> None:
    if len(made):
        made[-1].tail = (made[-1].tail or "") + text
    else:
        made.text = (made.text or "") + text
