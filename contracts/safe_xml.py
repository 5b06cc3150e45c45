"""Reading XML from strangers: no document type, no entities, nothing fetched, bounded size and depth.

What is looked for before anything is parsed is looked for in text decoded as the parser will decode it: only encodings
for which that is known are read.
"""

import re
from typing import Final, cast

from lxml import etree

from contracts.errors import XmlNotAllowed

LARGEST_BYTES: Final = 8 * 1024 * 1024
DEEPEST: Final = 40
MOST_ELEMENTS: Final = 1_000_000

ENCODINGS: Final = ("UTF-8", "UTF-16", "US-ASCII", "ISO-8859-1", "WINDOWS-1252")
_UTF_16: Final = (
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
# How UTF-32 and other four-byte encodings, and EBCDIC, begin: what a parser goes by where no encoding is named.
_FOREIGN: Final = (
    b"\xff\xfe\0\0",
    b"\0\0\xfe\xff",
    b"<\0\0\0",
    b"\0\0\0<",
    b"\0\0<\0",
    b"\0<\0\0",
    b"\x4c\x6f\xa7\x94",
)
_NAMED: Final = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"'>]*)")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_NAMES: Final = frozenset(ENCODINGS) | {"UTF8", "ASCII", "LATIN1", "CP1252"}
# A parser goes on in these from their name, wherever it stands: only where the first bytes are in them already.
_NAMES_OF_UTF_16: Final = _NAMES | {"UTF-16LE", "UTF-16BE"}

_COUNT = etree.XPath("count(//*)")
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (DEEPEST + 1)})")


class XmlBroken(Exception):
    """The bytes are not well-formed XML; `line` counts from 1."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def parse(data: bytes, *, largest_bytes: int = LARGEST_BYTES) -> etree._Element:
    """The root element of untrusted XML of at most so many bytes.

    Raises XmlNotAllowed for what is refused unread, XmlBroken for bad XML.
    """
    if len(data) > largest_bytes:
        raise XmlNotAllowed(f"The file is larger than {largest_bytes // 1024 // 1024} MB.")
    known = _in_ascii(data)
    if b"<!" in known and _DECLARATION.search(known):
        raise XmlNotAllowed("The file declares a document type or entities; neither is allowed.")
    tags = known.count(b"<")  # every element has one or two: known before any memory is taken
    if tags > 2 * MOST_ELEMENTS:
        raise XmlNotAllowed("The file has too many elements.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault:
        raise XmlBroken(fault.msg or "not well-formed", max(fault.lineno or 1, 1)) from fault
    except ValueError as fault:
        raise XmlBroken(str(fault), 1) from fault
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlNotAllowed("The file declares a document type; that is not allowed.")
    if _TOO_DEEP(root) or (tags > MOST_ELEMENTS and cast(float, _COUNT(root)) > MOST_ELEMENTS):
        raise XmlNotAllowed("The file is nested too deeply or has too many elements.")
    return root


def _in_ascii(data: bytes) -> bytes:
    """The bytes in an encoding that writes ASCII as itself. Raises XmlNotAllowed for an encoding that is not known."""
    refused = XmlNotAllowed(f"The file is in another encoding than {', '.join(ENCODINGS)}.")
    if data.startswith(_FOREIGN):
        raise refused
    codec = next((codec for start, codec in _UTF_16 if data.startswith(start)), None)
    known = data.decode(codec, "replace").lstrip("\ufeff").encode() if codec else data
    named = _NAMED.match(known)
    if named and named[1].decode("ascii", "replace").upper() not in (_NAMES_OF_UTF_16 if codec else _NAMES):
        raise refused
    return known


def line_of(element: etree._Element) -> int:
    """The line on which an element starts."""
    line = element.sourceline
    return line if isinstance(line, int) else 0
