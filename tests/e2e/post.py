"""The post that the story's people get: the stack has no mail server, so every letter stands in its mail folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.e2e.patience import eventually
from tests.e2e.stack import Stack


@dataclass(frozen=True)
class Mail:
    """A letter: its subject, its plain text, and what is attached, by file name."""

    subject: str
    text: str
    attached: Mapping[str, bytes]

    def link(self, path: str) -> str:
        """The address in it that has `path` after the host."""
        (found,) = {word for word in self.text.split() if path in word}
        return found


def mails_to(stack: Stack, address: str) -> list[Mail]:
    """Every letter to an address so far."""
    letters = []
    for file in (stack.installation.data_dir / "mail").glob("*.eml"):
        message = message_from_bytes(file.read_bytes(), policy=default)
        assert isinstance(message, EmailMessage)
        if message["To"].addresses[0].addr_spec == address:
            body = message.get_body(("plain",))
            attached = {part.get_filename() or "": part.get_content() for part in message.iter_attachments()}
            assert body is not None
            letters.append(Mail(str(message["Subject"]), body.get_content(), attached))
    return letters


def mail_to(stack: Stack, address: str, *, about: str) -> Mail:
    """The one letter to an address that has these words in its subject or its text, once it has come."""
    found = eventually(lambda: [mail for mail in mails_to(stack, address) if about in mail.subject + mail.text])
    assert len(found) == 1, [mail.subject for mail in found]
    return found[0]
