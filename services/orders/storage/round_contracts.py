"""The terms of contracts as a round copied them when it opened, and what the manager chose under them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from services.orders.domain.terms import Terms, read_terms

_TERMS = text("SELECT terms FROM round_contract WHERE round_id = :round_id AND contract_id = :contract_id")
_SHARED = text("""
    SELECT k.contract_id::text, coalesce(c.title, '') AS contract_title, coalesce(s.name, '') AS supplier_name,
        k.terms
    FROM round_contract k
    LEFT JOIN contract c ON c.contract_id = k.contract_id
    LEFT JOIN supplier s ON s.supplier_id = k.supplier_id
    WHERE k.round_id = :round_id AND (k.terms -> 'charges' <> '[]' OR k.terms ->> 'minimum_order_pence' IS NOT NULL)
    ORDER BY contract_title, k.contract_id
""")
_CHOOSE = text("""
    WITH chosen AS (
        UPDATE round_contract SET minimum_choice = :choice
        WHERE round_id = :round_id AND contract_id = :contract_id
    )
    UPDATE round SET version = version + 1 WHERE round_id = :round_id
""")


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """What a contract of the round adds to its goods."""

    contract_id: str
    contract_title: str
    supplier_name: str
    terms: Terms


def terms_of(connection: Connection, round_id: str, contract_id: str) -> dict[str, Any] | None:
    """A contract's terms in a round; None where the round offers nothing under it."""
    found: dict[str, Any] | None = connection.execute(
        _TERMS, {"round_id": round_id, "contract_id": contract_id}
    ).scalar_one_or_none()
    return found


def contracts_with_more(connection: Connection, round_id: str) -> Sequence[ContractTerms]:
    """The round's contracts that add charges to their goods or have a minimum order, by title."""
    rows = connection.execute(_SHARED, {"round_id": round_id})
    return [
        ContractTerms(row.contract_id, row.contract_title, row.supplier_name, read_terms(row.terms)) for row in rows
    ]


def set_minimum_choice(connection: Connection, round_id: str, contract_id: str, choice: str) -> None:
    """Keep what becomes of the contract's goods below its minimum: `drop` or `pay_fee`."""
    connection.execute(_CHOOSE, {"round_id": round_id, "contract_id": contract_id, "choice": choice})
