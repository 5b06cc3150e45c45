"""What the gateway needs beyond the other parts: the signing key, the secret of its cookies, the services."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.settings import Reader, Settings, read_settings
from contracts.topology import PRODUCERS


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """`services` maps each service onto its base URL; `proxies` is the number of trusted proxies in front."""

    base: Settings
    token_private_key: str
    secret_key: str
    services: Mapping[str, str]
    proxies: int

    @property
    def secure(self) -> bool:
        """Whether people come over TLS, so that cookies may insist on it."""
        return self.base.environment == "deployed"


def read_gateway_settings(environ: Mapping[str, str]) -> GatewaySettings:
    """The gateway's settings. Raises SettingsError with every fault at once."""
    reader = Reader(environ)
    base = read_settings("gateway", environ, reader)
    settings = GatewaySettings(
        base=base,
        token_private_key=reader.key("SERVICE_TOKEN_PRIVATE_KEY", private=True),
        secret_key=reader.secret("SECRET_KEY", base.environment),
        services={service: reader.text(f"{service.upper()}_URL") for service in PRODUCERS},
        proxies=reader.number("PROXIES", 1 if base.environment == "deployed" else 0, low=0, high=4),
    )
    reader.done()
    return settings
