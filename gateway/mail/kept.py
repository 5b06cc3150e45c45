"""Reading the mail that one machine keeps in a folder instead of sending it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Final

MOST: Final = 200

_NAME: Final = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail of the folder; `text` is its plain part."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str


def kept_mails(folder: Path) -> list[KeptMail]:
    """The latest mails, at most MOST, the newest first."""
    files = sorted(_files(folder), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [_read(file) for file in files[:MOST]]


def kept_mail(folder: Path, name: str) -> KeptMail | None:
    """One mail by its name; None if there is no such."""
    file = folder / f"{name}.eml"
    return _read(file) if _NAME.fullmatch(name) and file.is_file() else None


def _files(folder: Path) -> Iterator[Path]:
    return folder.glob("*.eml") if folder.is_dir() else iter(())


def _read(file: Path) -> KeptMail:
    message = message_from_bytes(file.read_bytes(), policy=default)
    if not isinstance(message, EmailMessage):
        raise TypeError(f"{file} is not one of our mails.")
    body = message.get_body(("plain",))
    return KeptMail(
        name=file.stem,
        at=message["Date"].datetime,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=body.get_content() if body else "",
    )
