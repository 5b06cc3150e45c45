"""The terms of contracts as a round copied them when it opened, and what the manager chose under them."""

from typing import Any

from sqlalchemy import Connection, text

_TERMS = text("SELECT terms FROM round_contract WHERE round_id = :round_id AND contract_id = :contract_id")
_CHOOSE = text("""
    WITH chosen AS (
        UPDATE round_contract SET minimum_choice = :choice
        WHERE round_id = :round_id AND contract_id = :contract_id
    )
    UPDATE round SET version = version + 1 WHERE round_id = :round_id
""")


def terms_of(connection: Connection, round_id: str, contract_id: str) -> dict[str, Any] | None:
    """A contract's terms in a round; None where the round offers nothing under it."""
    found: dict[str, Any] | None = connection.execute(
        _TERMS, {"round_id": round_id, "contract_id": contract_id}
    ).scalar_one_or_none()
    return found


def set_minimum_choice(connection: Connection, round_id: str, contract_id: str, choice: str) -> None:
    """Keep what becomes of the contract's goods below its minimum: `drop` or `pay_fee`."""
    connection.execute(_CHOOSE, {"round_id": round_id, "contract_id": contract_id, "choice": choice})
