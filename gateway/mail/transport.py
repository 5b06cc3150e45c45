"""The ways a message leaves: through a mail server, or into a folder on this machine."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

_SECONDS: Final = 20.0
_PORTS: Final = {"smtp": 25, "smtps": 465}
_ON_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class ServerAway(Exception):
    """The mail server cannot be reached, or lets us not in: no mail's fault."""


class NotTaken(Exception):
    """This message was not taken; `for_good` if trying again is of no use."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Line(Protocol):
    """An open way out."""

    def send(self, message: EmailMessage) -> None:
        """Hand a message over. Raises NotTaken or ServerAway."""


class Transport(Protocol):
    """Where mail goes."""

    def opened(self) -> AbstractContextManager[Line]:
        """A way out for as many messages as there are. Raises ServerAway."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """The mail server at `smtp://[user:password@]host[:port]`, or `smtps://` for TLS from the first byte.

    With `smtp://` TLS begins as soon as the server offers it, and a password is never sent without it, except to this
    machine.
    """

    url: str

    @contextmanager
    def opened(self) -> Iterator[Line]:
        """A connection, signed in."""
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as fault:
            raise ServerAway(f"{type(fault).__name__}: {fault}") from fault
        try:
            yield _SmtpLine(server)
        finally:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()  # it has gone already, and all it took is on record

    def _connected(self) -> smtplib.SMTP:
        parts = smtp_parts(self.url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        tls = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=tls)
        else:
            server = smtplib.SMTP(host, port, timeout=_SECONDS)
        try:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=tls)
            elif parts.scheme == "smtp" and parts.password and host not in _ON_THIS_MACHINE:
                raise ServerAway(f"{host} offers no TLS, and a password is not sent without it.")
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def smtp_parts(url: str) -> SplitResult:
    """The parts of a mail server's address. Raises ValueError unless it is `smtp://` or `smtps://` with a host."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("It must be smtp://[user:password@]host[:port], or smtps://.")
    _ = parts.port  # raises ValueError unless it is a number
    return parts


class _SmtpLine:
    def __init__(self, server: smtplib.SMTP) -> None:
        self._server = server

    def send(self, message: EmailMessage) -> None:
        try:
            self._server.send_message(message)
        except smtplib.SMTPRecipientsRefused as fault:
            code, reason = next(iter(fault.recipients.values()))
            raise NotTaken(f"{code} {_said(reason)}", for_good=code >= 500) from fault
        except smtplib.SMTPSenderRefused as fault:  # a fault of our settings, which a person puts right
            raise NotTaken(f"{fault.smtp_code} {_said(fault.smtp_error)}", for_good=False) from fault
        except smtplib.SMTPResponseException as fault:
            raise NotTaken(f"{fault.smtp_code} {_said(fault.smtp_error)}", for_good=fault.smtp_code >= 500) from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise ServerAway(f"{type(fault).__name__}: {fault}") from fault


def _said(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine that keeps each message as a file named after its id: one, however often it is sent."""

    path: Path

    @contextmanager
    def opened(self) -> Iterator[Line]:
        """The folder, made if it is not there; only this account may read it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield self

    def send(self, message: EmailMessage) -> None:
        """Keep the message."""
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        draft = self.path / f".{name}.draft"
        draft.write_bytes(message.as_bytes())
        draft.replace(self.path / f"{name}.eml")
