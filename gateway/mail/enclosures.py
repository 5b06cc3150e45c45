"""Documents that a mail carries, fetched when it is sent."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.domain.mail import Enclosure
from gateway.mail.message import Attachment

MOST_BYTES: Final = 8 * 1024 * 1024
"""What all documents of a mail may weigh: many mail servers take ten megabytes, and mail makes a third more of it."""

_FORMS: Final = {"pdf": "PDF", "xlsx": "spreadsheet", "xml": "Peppol order (UBL)"}


class NotReady(Exception):
    """The documents are being made."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The files of a mail, and in words what it has and has not."""

    files: tuple[Attachment, ...]
    words: str


Get = Callable[[Enclosure, str], bytes | None]
"""Reads a path below the purchase order as its supplier; None where there is no answer yet."""


class Documents:
    """The documents of purchase orders, as far as a mail can carry them."""

    def __init__(self, get: Get) -> None:
        self._get = get

    def fetch(self, wanted: Enclosure) -> Enclosed:
        """The documents as they are. Raises NotReady."""
        told = json.loads(self._read(wanted, "/documents"))
        items = [item for item in told["items"] if item["revision"] == wanted.revision]
        if not items or any(item["state"] not in ("made", "refused", "failed") for item in items):
            raise NotReady
        lacking = [f"There is no {_FORMS[item['form']]}: {item['reason']}" for item in items if item["state"] != "made"]
        files: list[Attachment] = []
        for item in sorted((item for item in items if item["state"] == "made"), key=lambda item: item["size"]):
            if sum(len(file.content) for file in files) + item["size"] > MOST_BYTES:
                lacking.append(f"The {_FORMS[item['form']]} is too large for mail: open the order to download it.")
                continue
            content = self._read(wanted, f".{item['form']}?revision={wanted.revision}")
            files.append(Attachment(item["file_name"], item["media_type"], content))
        attached = [f"Attached: {', '.join(file.name for file in files)}."] if files else []
        return Enclosed(tuple(files), "\n".join([*attached, *lacking]))

    def _read(self, wanted: Enclosure, what: str) -> bytes:
        content = self._get(wanted, what)
        if content is None:
            raise NotReady
        return content
