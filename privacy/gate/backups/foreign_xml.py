"""XML that a foreign server wrote: a bounded tree, without document types, entities of its own or namespaces.

Pure; never raises but BadXml. A document that declares a type is refused before any entity can be used.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

MOST = 4 << 20  # bytes of a document
_MOST_NODES = 100_000
_DEEPEST = 32


class BadXml(ValueError):
    """Not XML as it is taken. The text holds nothing of the document."""


@dataclass(slots=True)
class Node:
    """An element by its local name: which namespace it is of makes no difference here."""

    name: str
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def every(self, name: str) -> Iterator["Node"]:
        """Children of that name."""
        return (child for child in self.children if child.name == name)

    def first(self, *path: str) -> "Node | None":
        """The first descendant at the end of ``path``, or None."""
        node: Node | None = self
        for name in path:
            node = None if node is None else next(node.every(name), None)
        return node

    def word(self, *path: str) -> str:
        """The text there without space around it, "" where there is none."""
        node = self.first(*path)
        return "" if node is None else node.text.strip()


def parse(data: bytes) -> Node:
    """Return the document's root.

    Raises:
        BadXml: it is none, too large, too deep, or declares a type.
    """
    if len(data) > MOST:
        raise BadXml(f"more than {MOST} bytes")
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.words
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, BadXml):
            raise
        raise BadXml("not well-formed") from error
    if reader.root is None:
        raise BadXml("empty")
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def doctype(self, *_: object) -> None:
        raise BadXml("it declares a document type")

    def begin(self, name: str, _: object) -> None:
        self._count += 1
        if self._count > _MOST_NODES or len(self._open) >= _DEEPEST:
            raise BadXml(f"more than {_MOST_NODES} elements, or deeper than {_DEEPEST}")
        node = Node(name.rpartition(" ")[2])
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _: str) -> None:
        self._open.pop()

    def words(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text
