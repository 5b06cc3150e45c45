"""Reading XML from strangers: no document type, no entities, nothing fetched, bounded size and depth."""

import re
from typing import Final, cast

from lxml import etree

from contracts.errors import XmlNotAllowed

LARGEST_BYTES: Final = 8 * 1024 * 1024
DEEPEST: Final = 40
MOST_ELEMENTS: Final = 1_000_000

# Both spellings of "<!DOCTYPE" and "<!ENTITY", with or without the zero bytes that UTF-16 puts between.
_DECLARATION = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)", re.IGNORECASE)


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
    if (b"<!" in data or b"<\0!" in data) and _DECLARATION.search(data):
        raise XmlNotAllowed("The file declares a document type or entities; neither is allowed.")
    tags = data.count(b"<")  # every element has one or two: known before any memory is taken
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


def line_of(element: etree._Element) -> int:
    """The line on which an element starts."""
    line = element.sourceline
    return line if isinstance(line, int) else 0
