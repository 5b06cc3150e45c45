"""Join tagged PDFs, as typst writes them, into one: large documents are set in parts, because one run takes gigabytes.

The parts' objects get new numbers and are copied as they are, so that memory does not grow with their number. Page
trees, outlines and tags are hung under new roots; in the tags each part becomes a `Part` of one `Document`. It reads
what typst writes (PDF 1.7 with a plain cross-reference table), and refuses everything else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

_TRAILER: Final = re.compile(rb"trailer\s*<<(.*)>>\s*startxref\s+(\d+)\s+%%EOF\s*$", re.DOTALL)
_ENTRY: Final = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_HEAD: Final = re.compile(rb"\s*(\d+) 0 obj\s*")
# A string is passed over, whatever it says; a reference gets its new number.
_REFERENCE: Final = re.compile(rb"(\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\))|(?<![\d.])(\d+) 0 R")
_PLAIN_REFERENCE: Final = re.compile(rb"\b(\d+) 0 R")
_ONLY_CELL_IDS: Final = re.compile(rb"[^(]*(?:\(U[\dpxy]+\)[^(]*)*")
_STREAM: Final = re.compile(rb">>\s*stream\r?\n")
_CELL_ID: Final = re.compile(rb"\(U(\d+)x(\d+)y(\d+)\)")
_PARENTS: Final = re.compile(rb"(/StructParents?) (\d+)")


class NotJoinable(ValueError):
    """A part is no PDF of the kind that can be joined."""


@dataclass(slots=True)
class _Joined:
    """What is written so far: the bytes, and for each object its place; object 0 is none."""

    body: BytesIO = field(default_factory=BytesIO)  # gives what was written without a copy of it
    places: list[int] = field(default_factory=lambda: [0])

    def reserve(self, count: int = 1) -> int:
        """The number of the first of `count` new objects, to be written later."""
        first = len(self.places)
        self.places += [0] * count
        return first

    def write(self, number: int, content: bytes) -> None:
        """Write one object."""
        self.places[number] = self.body.tell()
        self.body.write(b"%d 0 obj\n%b\nendobj\n" % (number, content))


@dataclass(slots=True)
class _Roots:
    """The new roots' numbers, and what hangs under them."""

    pages: int
    tags: int
    document: int
    outlines: int
    page_trees: list[int] = field(default_factory=list)
    page_count: int = 0
    parts: list[int] = field(default_factory=list)
    parents: list[bytes] = field(default_factory=list)
    next_parent: int = 0
    cell_ids: list[tuple[bytes, bytes]] = field(default_factory=list)
    first_bookmark: int = 0
    bookmark_count: int = 0
    held: tuple[int, bytes] | None = None


def joined(parts: Iterable[bytes]) -> bytes:
    """The pages of all parts, one after another, with the title and language of the first. Raises NotJoinable."""
    whole = _Joined()
    whole.body.write(b"%PDF-1.7\n%\x80\x80\x80\x80\n")
    roots = _Roots(whole.reserve(), whole.reserve(), whole.reserve(), whole.reserve())
    catalog = role_map = ending = b""
    for place, part in enumerate(parts):
        read = _Part(part)
        offset = whole.reserve(read.count) - 1
        _copy(whole, roots, read, offset, place)
        if place == 0:
            catalog, role_map = _renumbered(read.object(read.root), offset), read.role_map()
            ending = b"/Info %d 0 R/ID%b" % (read.info + offset, read.file_id)
    if not roots.page_trees:
        raise NotJoinable("There is nothing to join.")
    _write_roots(whole, roots, role_map)
    root = whole.reserve()
    for name, number in ((b"Pages", roots.pages), (b"StructTreeRoot", roots.tags), (b"Outlines", roots.outlines)):
        catalog = re.sub(rb"/" + name + rb" \d+ 0 R", b"/%b %d 0 R" % (name, number), catalog)
    whole.write(root, catalog)
    return _finished(whole, root, ending)


class _Part:
    """One part, its objects by number."""

    def __init__(self, content: bytes) -> None:
        found = _TRAILER.search(content, max(0, len(content) - 2048))
        if not content.startswith(b"%PDF-1.7") or found is None:
            raise NotJoinable("A part is no PDF 1.7 with a plain cross-reference table.")
        self._content = content
        trailer, start = found.group(1), int(found.group(2))
        self.root, self.info = (self._number(trailer, name) for name in (b"Root", b"Info"))
        identifier = re.search(rb"/ID\s*(\[.*?\])", trailer, re.DOTALL)
        self.file_id = identifier.group(1) if identifier else b""
        entries = _ENTRY.findall(content, start)
        self._places = [int(place) for place, _, used in entries if used == b"n"]
        self.count = len(self._places)
        self._ends = dict(zip(sorted(self._places), [*sorted(self._places)[1:], start], strict=True))
        catalog = self.object(self.root)
        self.pages, self.tags = self._number(catalog, b"Pages"), self._number(catalog, b"StructTreeRoot")
        self.outlines = self._number(catalog, b"Outlines", 0)
        self.metadata = self._number(catalog, b"Metadata", 0)
        self.document = int(self.found(self.object(self.tags), rb"/K\[(\d+) 0 R\]"))
        ends = self.object(self.outlines) if self.outlines else b""
        self.first_bookmark, self.last_bookmark = (self._number(ends, name, 0) for name in (b"First", b"Last"))

    def object(self, number: int) -> bytes:
        """What stands between `obj` and `endobj`."""
        place = self._places[number - 1]
        piece = self._content[place : self._ends[place]]
        head = _HEAD.match(piece)
        if head is None or int(head.group(1)) != number:
            raise NotJoinable(f"Object {number} is not where its part says.")
        return piece[head.end() : piece.rindex(b"endobj")].rstrip(b"\r\n")

    def role_map(self) -> bytes:
        """What the part's own kinds of tags stand for."""
        found = re.search(rb"/RoleMap<<.*?>>", self.object(self.tags))
        return found.group(0) if found else b""

    def _number(self, content: bytes, name: bytes, default: int | None = None) -> int:
        found = re.search(rb"/" + name + rb" (\d+) 0 R", content)
        if found is None and default is None:
            raise NotJoinable(f"A part has no {name.decode()}.")
        return int(found.group(1)) if found else default or 0

    @staticmethod
    def found(content: bytes, pattern: bytes) -> bytes:
        """What the pattern's group finds. Raises NotJoinable where it finds nothing."""
        found = re.search(pattern, content)
        if found is None:
            raise NotJoinable("A part is not built as typst builds its files.")
        return found.group(1)


def _copy(whole: _Joined, roots: _Roots, part: _Part, offset: int, place: int) -> None:
    """Copy a part's objects with new numbers; its roots are taken apart and written at the end."""
    left_out = {part.root, part.tags, part.outlines} | ({part.metadata, part.info} if place else set())
    bookmarks = _hang_bookmarks(whole, roots, part, offset)
    for number in range(1, part.count + 1):
        if number in left_out:
            whole.write(number + offset, b"null")
            continue
        content = _renumbered(part.object(number), offset, place, roots.next_parent)
        if number == part.pages:
            content = content.replace(b"/Type/Pages", b"/Type/Pages/Parent %d 0 R" % roots.pages, 1)
            roots.page_count += int(part.found(content, rb"/Count (\d+)"))
        elif number == part.document:
            content = content.replace(b"/S/Document", b"/S/Part", 1)
            content = re.sub(rb"/P \d+ 0 R", b"/P %d 0 R" % roots.document, content, count=1)
        elif number in bookmarks:
            content = content.replace(b"/Parent %d 0 R" % (part.outlines + offset), b"", 1)
            content = content.replace(b"<<", b"<</Parent %d 0 R%b" % (roots.outlines, bookmarks[number]), 1)
        if number == part.last_bookmark:
            roots.held = (number + offset, content)  # the first of the next part is to follow it
        else:
            whole.write(number + offset, content)
    roots.page_trees.append(part.pages + offset)
    roots.parts.append(part.document + offset)
    _take_tags(roots, part, offset, place)


def _hang_bookmarks(whole: _Joined, roots: _Roots, part: _Part, offset: int) -> dict[int, bytes]:
    """Let the part's first bookmark follow the last one of the part before; what its top ones get, by number."""
    if not part.outlines:
        return {}
    found: dict[int, bytes] = {}
    number = part.first_bookmark
    while number:  # the top ones, each of which names the next
        found[number] = b""
        after = re.search(rb"/Next (\d+) 0 R", part.object(number))
        number = int(after.group(1)) if after else 0
    if roots.held is None:
        roots.first_bookmark = part.first_bookmark + offset
    else:
        last, content = roots.held
        whole.write(last, content.replace(b"<<", b"<</Next %d 0 R" % (part.first_bookmark + offset), 1))
        found[part.first_bookmark] = b"/Prev %d 0 R" % last
    roots.bookmark_count += len(found)
    return found


def _take_tags(roots: _Roots, part: _Part, offset: int, place: int) -> None:
    tags = _renumbered(part.object(part.tags), offset, place)
    for key, value in re.findall(rb"(\d+) (\d+ 0 R)", part.found(tags, rb"/Nums\[(.*?)\]")):
        roots.parents.append(b"%d %b" % (int(key) + roots.next_parent, value))
    roots.next_parent += int(part.found(tags, rb"/ParentTreeNextKey (\d+)"))
    names = re.search(rb"/IDTree<</Names\[(.*?)\]>>", tags)
    if names:
        roots.cell_ids += re.findall(rb"(\([^)]*\))(\d+ 0 R)", names.group(1))


def _renumbered(content: bytes, offset: int, place: int = 0, first_parent: int = 0) -> bytes:
    """The object with new numbers; what its stream holds stays as it is."""
    stream = _STREAM.search(content) if b"stream" in content else None
    head, rest = (content[: stream.start()], content[stream.start() :]) if stream else (content, b"")
    plain = b"(" not in head or _ONLY_CELL_IDS.fullmatch(head)  # no string that could hold anything like a reference
    if place and b"(U" in head:
        mark = b"(U%dp" % place
        head = head.replace(b"(U", mark) if plain else _CELL_ID.sub(mark + rb"\1x\2y\3)", head)
    if first_parent and b"/StructParent" in head:
        head = _PARENTS.sub(lambda found: b"%b %d" % (found.group(1), int(found.group(2)) + first_parent), head)
    if not plain:
        return _REFERENCE.sub(lambda found: found.group(1) or b"%d 0 R" % (int(found.group(2)) + offset), head) + rest
    pieces = _PLAIN_REFERENCE.split(head)  # nine in ten objects: what stands between references, and their numbers
    pieces[1::2] = [b"%d 0 R" % (int(number) + offset) for number in pieces[1::2]]
    return b"".join(pieces) + rest


def _write_roots(whole: _Joined, roots: _Roots, role_map: bytes) -> None:
    def listed(numbers: Iterable[int]) -> bytes:
        return b" ".join(b"%d 0 R" % number for number in numbers)

    whole.write(roots.pages, b"<</Type/Pages/Count %d/Kids[%b]>>" % (roots.page_count, listed(roots.page_trees)))
    whole.write(
        roots.document,
        b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (roots.tags, listed(roots.parts)),
    )
    ids = b"".join(name + value for name, value in sorted(roots.cell_ids))
    whole.write(
        roots.tags,
        b"<</Type/StructTreeRoot%b/K[%d 0 R]/ParentTree<</Nums[%b]>>/IDTree<</Names[%b]>>/ParentTreeNextKey %d>>"
        % (role_map, roots.document, b" ".join(roots.parents), ids, roots.next_parent),
    )
    if roots.held is None:
        whole.write(roots.outlines, b"<</Type/Outlines>>")
    else:
        last, content = roots.held
        whole.write(last, content)
        ends = (roots.first_bookmark, last, roots.bookmark_count)
        whole.write(roots.outlines, b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % ends)


def _finished(whole: _Joined, root: int, ending: bytes) -> bytes:
    start = whole.body.tell()
    rows = b"".join(b"%010d 00000 n \n" % place for place in whole.places[1:])
    whole.body.write(b"xref\n0 %d\n0000000000 65535 f \n" % len(whole.places) + rows)
    whole.body.write(b"trailer\n<</Size %d/Root %d 0 R%b>>\n" % (len(whole.places), root, ending))
    whole.body.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return whole.body.getvalue()
