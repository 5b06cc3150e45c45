"""Settings: every fault at once, and no weak secret outside the embedded mode."""

from pathlib import Path

import pytest

from chassis.settings import SettingsError, read_settings
from chassis.tokens import new_key_pair

PRIVATE, PUBLIC = new_key_pair()
GOOD = {
    "BURSAR_ENV": "deployed",
    "ORDERS_DATABASE_URL": "postgresql+psycopg://orders@localhost/orders",
    "BROKER_URL": "amqp://localhost",
    "SERVICE_TOKEN_PUBLIC_KEY": PUBLIC,
    "FEED_SECRET": "0123456789abcdef0123456789abcdef",
    "MEMBERS_URL": "http://members",
    "CATALOGUE_URL": "http://catalogue",
    "BILLING_URL": "http://billing",
}


def test_good_settings_are_read() -> None:
    settings = read_settings("orders", GOOD)
    assert settings.database_url.endswith("/orders")
    assert settings.producers == {
        "members": "http://members",
        "catalogue": "http://catalogue",
        "billing": "http://billing",
    }


def test_every_fault_is_reported_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings("orders", {"BURSAR_ENV": "elsewhere", "WORKER_PORT": "70000"})
    faults = "\n".join(caught.value.faults)
    for name in (*GOOD, "WORKER_PORT"):
        assert name in faults


@pytest.mark.parametrize("secret", ["secret", "changeme", "short-but-random"])
def test_weak_secrets_are_refused_when_deployed(secret: str) -> None:
    with pytest.raises(SettingsError, match="FEED_SECRET"):
        read_settings("orders", GOOD | {"FEED_SECRET": secret})
    assert read_settings("orders", GOOD | {"FEED_SECRET": secret, "BURSAR_ENV": "embedded"}).feed_secret == secret


def test_a_private_key_is_no_public_key() -> None:
    with pytest.raises(SettingsError, match="SERVICE_TOKEN_PUBLIC_KEY"):
        read_settings("orders", GOOD | {"SERVICE_TOKEN_PUBLIC_KEY": PRIVATE})


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "feed"
    file.write_text("fedcba9876543210fedcba9876543210\n")
    without = {name: value for name, value in GOOD.items() if name != "FEED_SECRET"}
    assert read_settings("orders", without | {"FEED_SECRET_FILE": str(file)}).feed_secret.startswith("fedc")
    with pytest.raises(SettingsError, match="FEED_SECRET_FILE"):
        read_settings("orders", without | {"FEED_SECRET_FILE": str(tmp_path / "missing")})
