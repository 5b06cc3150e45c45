"""A list of URNs as people keep one: a URN on each line, perhaps with more columns after it."""

import re

from services.members.domain.errors import SchoolFileUnreadable


def read_urn_list(content: bytes) -> frozenset[int]:
    """The URNs in a text file: the first value of each line; blank lines, `#` comments and a header are passed over.

    Raises SchoolFileUnreadable, naming the line, for anything that is not a six-digit URN.
    """
    urns: set[int] = set()
    for number, line in enumerate(content.decode("utf-8-sig", errors="replace").splitlines(), start=1):
        value = re.split(r"[,;\t]", line, maxsplit=1)[0].strip().strip('"')
        if not value or value.startswith("#") or (number == 1 and value.upper() == "URN"):
            continue
        if not re.fullmatch(r"[1-9][0-9]{5}", value):
            raise SchoolFileUnreadable(f"Line {number}: “{value}” is not a URN of six digits.")
        urns.add(int(value))
    if not urns:
        raise SchoolFileUnreadable("The list names no school.")
    return frozenset(urns)
