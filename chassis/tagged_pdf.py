"""Set a typst template as tagged PDF (PDF/UA-1), the same bytes for the same words.

`python -m chassis.tagged_pdf PACKAGE TEMPLATE` is the process that sets long documents: it reads the data of one PDF
after another and writes each when it is set, all with their lengths before them.
"""

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import islice
from typing import IO, Any, Final, cast

MEDIA_TYPE: Final = "application/pdf"

_SETTERS: Final = 2
"""Processes that set a long document: each takes some 110 MB, the one with its opening 160."""

_MOST_SET: Final = 3
"""PDFs that one process sets before another takes its place: what typst keeps of each is given back then."""

_ENDED: Final = "The process that sets PDFs has ended."


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
    """The template set with each of these data, by two processes in turns while the caller uses what is set.

    typst holds the interpreter while it sets, and keeps memory that only the end of its process gives back. Raises
    RuntimeError if a process ends before it has set all; what was the matter stands in its standard error.
    """
    waiting, busy = iter(wanted), deque[_Setter]()
    try:
        for data in islice(waiting, _SETTERS):
            busy.append(_Setter(package, template))
            busy[-1].send(data)
        while busy:
            made, following = busy[0].receive(), next(waiting, None)
            if following is None or busy[0].sent == _MOST_SET:
                busy.popleft().end()
                busy += [_Setter(package, template)] if following is not None else []
            else:
                busy.rotate(-1)
            if following is not None:
                busy[-1].send(following)
            yield made
    finally:
        for setter in busy:
            setter.end()


class _Setter:
    """A process that sets PDFs, one at a time: who sends waits for the PDF, so that at no time both write."""

    def __init__(self, package: str, template: str) -> None:
        command = [sys.executable, "-m", "chassis.tagged_pdf", package, template]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.sent = 0

    def send(self, data: Mapping[str, Any]) -> None:
        """Let it set these data. Raises RuntimeError if it has ended."""
        try:
            _send(cast(IO[bytes], self._process.stdin), json.dumps(data).encode())
        except BrokenPipeError as fault:
            raise RuntimeError(_ENDED) from fault
        self.sent += 1

    def receive(self) -> bytes:
        """What it has set. Raises RuntimeError if it has ended instead."""
        return _receive(cast(IO[bytes], self._process.stdout))

    def end(self) -> None:
        """End it, also where it still sets something."""
        self._process.kill()
        self._process.communicate()


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(len(content).to_bytes(8) + content)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    size = int.from_bytes(stream.read(8))
    content = stream.read(size)
    if not content or len(content) < size:
        raise RuntimeError(_ENDED)
    return content


def _serve(package: str, template: str) -> None:
    """Set what comes by standard input until it ends, behind what people wait for at their screens."""
    os.nice(5)
    while size := int.from_bytes(sys.stdin.buffer.read(8)):
        _send(sys.stdout.buffer, tagged_pdf(package, template, json.loads(sys.stdin.buffer.read(size))))


if __name__ == "__main__":
    _serve(*sys.argv[1:])
