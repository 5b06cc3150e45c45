"""What the gateway needs beyond the other parts: the signing key, the secret of its cookies, the services, mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

from chassis.settings import Reader, Settings, read_settings
from contracts.topology import PRODUCERS
from gateway.mail.transport import Folder, Smtp, Transport, smtp_parts
from gateway.usecases.send_mail import Letterhead


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """`services` maps each service onto its base URL; `proxies` is the number of trusted proxies in front.

    `mail_folder` is set where mail is kept on this machine instead of being sent, which only the embedded mode does.
    """

    base: Settings
    token_private_key: str
    secret_key: str
    services: Mapping[str, str]
    proxies: int
    mail_folder: Path | None = None

    @property
    def secure(self) -> bool:
        """Whether people come over TLS, so that cookies may insist on it."""
        return self.base.environment == "deployed"


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What the gateway's worker needs. Without a `transport` mail stays in the database, and is not sent.

    `order_service` is where orders answers, and the key signs the calls for documents that mail carries.
    """

    base: Settings
    transport: Transport | None
    letterhead: Letterhead
    token_private_key: str
    order_service: str


def read_gateway_settings(environ: Mapping[str, str]) -> GatewaySettings:
    """The settings of the gateway's web process. Raises SettingsError with every fault at once."""
    reader = Reader(environ)
    base = read_settings("gateway", environ, reader)
    transport = _transport(reader, base)
    settings = GatewaySettings(
        base=base,
        token_private_key=reader.key("SERVICE_TOKEN_PRIVATE_KEY", private=True),
        secret_key=reader.secret("SECRET_KEY", base.environment),
        services={service: reader.text(f"{service.upper()}_URL") for service in PRODUCERS},
        proxies=reader.number("PROXIES", 1 if base.environment == "deployed" else 0, low=0, high=4),
        mail_folder=transport.path if isinstance(transport, Folder) else None,
    )
    reader.done()
    return settings


def read_worker_settings(environ: Mapping[str, str]) -> WorkerSettings:
    """The settings of the gateway's worker. Raises SettingsError with every fault at once."""
    reader = Reader(environ)
    base = read_settings("gateway", environ, reader)
    transport = _transport(reader, base)
    sender, public_url = reader.text("SMTP_FROM", ""), reader.text("PUBLIC_URL", "").rstrip("/")
    if isinstance(transport, Smtp):
        if "@" not in parseaddr(sender)[1]:
            reader.faults.append("SMTP_FROM must be the address that mail comes from: Bursar <bursar@alliance.example>")
        if not public_url.startswith(("http://", "https://")):
            reader.faults.append("PUBLIC_URL must be the address at which people find Bursar, for the links in mail")
    letterhead = Letterhead(
        sender=sender or "Bursar <bursar@localhost>",
        public_url=public_url,
        secret_key=reader.secret("SECRET_KEY", base.environment),
    )
    private_key = reader.key("SERVICE_TOKEN_PRIVATE_KEY", private=True)
    order_service = reader.text("ORDERS_URL")
    reader.done()
    return WorkerSettings(base, transport, letterhead, private_key, order_service)


def _transport(reader: Reader, base: Settings) -> Transport | None:
    """SMTP_URL names a mail server; otherwise MAIL_DIR, in the embedded mode alone, a folder of this machine."""
    url, folder = reader.text("SMTP_URL", ""), reader.text("MAIL_DIR", "")
    if url:
        try:
            smtp_parts(url)
        except ValueError as fault:
            reader.faults.append(f"SMTP_URL: {fault}")
        return Smtp(url)
    if folder and base.environment != "embedded":
        reader.faults.append("MAIL_DIR is for the embedded mode: set SMTP_URL")
    return Folder(Path(folder)) if folder else None
