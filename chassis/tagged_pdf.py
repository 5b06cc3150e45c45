"""Set a typst template as tagged PDF (PDF/UA-1), the same bytes for the same words.

`python -m chassis.tagged_pdf PACKAGE TEMPLATE` is the process that sets long documents: it reads the data of one PDF
after another and writes each when it is set, all with their lengths before them.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import islice
from typing import IO, Any, Final, cast

MEDIA_TYPE: Final = "application/pdf"

_MOST_SET: Final = 10
"""PDFs that one process sets before another takes its place: what typst keeps of each is given back then."""


def tagged_pdf(package: str, template: str, data: Mapping[str, Any], **inputs: str) -> bytes:
    """The file `template` of `package` with `data` as its JSON input "data", and other inputs as text.

    Only the fonts that come with typst are used, so that a document looks the same wherever it is set.
    """
    import typst  # 30 MB: only who prints pays for it

    sent = {"data": json.dumps(data), **inputs}
    source = _source(package, template)
    return bytes(typst.compile(source, sys_inputs=sent, pdf_standards=["ua-1"], ignore_system_fonts=True))


@cache
def _source(package: str, template: str) -> bytes:
    return resources.files(package).joinpath(template).read_bytes()


def tagged_pdfs(package: str, template: str, wanted: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The template set with each of these data, in a process of its own: it sets one while the last one is used.

    typst holds the interpreter while it sets, and keeps memory that only the end of its process gives back. Raises
    RuntimeError if the process ends before it has set all; what was the matter stands in its standard error.
    """
    waiting = iter(wanted)
    while some := list(islice(waiting, _MOST_SET)):
        yield from _set_elsewhere(package, template, some)


def _set_elsewhere(package: str, template: str, some: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    command = [sys.executable, "-m", "chassis.tagged_pdf", package, template]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as setter:
        stdin, stdout = cast(IO[bytes], setter.stdin), cast(IO[bytes], setter.stdout)
        for place, data in enumerate(some):
            content = json.dumps(data).encode()
            made = _receive(stdout) if place else b""
            _send(stdin, content)  # it waits for this: at no time do both write
            if place:
                yield made
        yield _receive(stdout)


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(len(content).to_bytes(8) + content)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    size = int.from_bytes(stream.read(8))
    content = stream.read(size)
    if not content or len(content) < size:
        raise RuntimeError("The process that sets PDFs has ended.")
    return content


def _serve(package: str, template: str) -> None:
    """Set what comes by standard input until it ends."""
    while size := int.from_bytes(sys.stdin.buffer.read(8)):
        _send(sys.stdout.buffer, tagged_pdf(package, template, json.loads(sys.stdin.buffer.read(size))))


if __name__ == "__main__":
    _serve(*sys.argv[1:])
