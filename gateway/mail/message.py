"""A mail as it travels: plain text and simple HTML of the same words, with the headers that keep it from trouble."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from markupsafe import Markup, escape

_STYLE = "font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;color:#1b1f2a;max-width:34em"
_BUTTON = "display:inline-block;padding:8px 14px;background:#0b5d4e;color:#ffffff;text-decoration:none"


class CannotBeAddressed(ValueError):
    """The recipient's address is not one that mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Section:
    """Plain paragraphs with an empty line between them, a title above them, and a full address to go on to."""

    text: str
    title: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a mail carries."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one address. `message_id` and `date` stay the same at every try; `unsubscribe` is a full address."""

    message_id: str
    date: datetime
    address: str
    subject: str
    sections: Sequence[Section]
    settings: str
    unsubscribe: str | None = None
    attachments: Sequence[Attachment] = ()


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The message from `sender` ("Name <address>"). Raises CannotBeAddressed."""
    name, from_address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(name, addr_spec=from_address)
        message["To"] = Address(addr_spec=letter.address)
    except (ValueError, IndexError) as fault:
        raise CannotBeAddressed(f"Mail cannot be sent to {letter.address!r}: {fault}") from fault
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.date)
    message["Message-ID"] = f"<{letter.message_id}@{from_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(_text(letter), cte="quoted-printable")
    message.add_alternative(_html(letter), subtype="html", cte="quoted-printable")
    for file in letter.attachments:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return message


def _text(letter: Letter) -> str:
    parts: list[str | None] = []
    for section in letter.sections:
        if section.title:
            parts.append(f"{section.title}\n{'-' * len(section.title)}")
        parts += [section.text, section.link]
    parts.append("-- \n" + "\n".join(f"{label}: {link}" for label, link in _foot(letter)))
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(letter: Letter) -> str:
    body = Markup("").join(_html_section(section) for section in letter.sections)
    foot = Markup(" · ").join(Markup('<a href="{}" style="color:#565b66">{}</a>').format(link, label)
                              for label, link in _foot(letter))  # fmt: skip
    return Markup(
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{}</title></head><body>'
        '<div style="{}">{}<p style="font-size:13px;color:#565b66;border-top:1px solid #d6d3c7;padding-top:8px">{}</p>'
        "</div></body></html>"
    ).format(letter.subject, _STYLE, body, foot)


def _html_section(section: Section) -> Markup:
    title = Markup('<h2 style="font-size:18px">{}</h2>').format(section.title) if section.title else Markup("")
    paragraphs = Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in paragraph.splitlines()))
        for paragraph in section.text.split("\n\n")
    )
    link = Markup('<p><a href="{}" style="{}">Open in Bursar</a></p>').format(section.link, _BUTTON)
    return title + paragraphs + (link if section.link else Markup(""))


def _foot(letter: Letter) -> list[tuple[str, str]]:
    foot = [("Choose which mail you get", letter.settings)]
    return [*foot, ("Stop the daily digest", letter.unsubscribe)] if letter.unsubscribe else foot
