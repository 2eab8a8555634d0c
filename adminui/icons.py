"""Icons, drawn in place: Heroicons' own drawings, each read and drawn once a process.

The package's functions open their archive for each drawing, and write out a tree for each use: a fifth of a second of a
process's first page, and of every other more than what its database takes.
"""

from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from markupsafe import Markup

_SVG = "http://www.w3.org/2000/svg"


def icon(name: str, *, size: int = 16, **attributes: str) -> Markup:
    """The small icon of that name, 16 pixels wide; KeyError when there is none. Underscores stand for dashes."""
    return _drawn("micro", name, size, tuple(attributes.items()))


def big_icon(name: str, *, size: int = 20, **attributes: str) -> Markup:
    """The larger one, 20 pixels wide."""
    return _drawn("mini", name, size, tuple(attributes.items()))


@lru_cache(maxsize=1000)
def _drawn(style: str, name: str, size: int, attributes: tuple[tuple[str, str], ...]) -> Markup:
    drawing = ElementTree.fromstring(_archive().read(f"{style}/{name}.svg"))  # noqa: S314 - the package's own
    drawing.attrib |= {"width": str(size), "height": str(size)}
    drawing.attrib |= {key.replace("_", "-"): str(value) for key, value in attributes}
    for node in drawing.iter():
        node.tag = node.tag.removeprefix(f"{{{_SVG}}}")
    return Markup(ElementTree.tostring(drawing, encoding="unicode"))  # noqa: S704 - escaped by its writer


@cache
def _archive() -> ZipFile:
    return ZipFile(BytesIO((files("heroicons") / "heroicons.zip").read_bytes()))
