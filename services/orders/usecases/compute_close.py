"""What closing a round now makes of its orders: the one computation behind the preview and the close."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from services.orders.domain.resolver import resolve
from services.orders.domain.sharing import shares_of
from services.orders.domain.terms import Charge, Decision, MinimumChoice, Terms, decide, read_terms
from services.orders.storage import closing_wishes
from services.orders.storage.closing import Closing
from services.orders.storage.vat import vat_exceptions

Weights = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class ClosingContract:
    """A contract in a close: its names, terms, goods in pence, what was chosen and what becomes of it."""

    contract_id: str
    contract_title: str
    supplier_id: str
    supplier_name: str
    terms: Terms
    goods_pence: int
    minimum_choice: MinimumChoice
    decision: Decision


def compute_close(
    connection: Connection, round_id: str, today: date, tax_point: date
) -> tuple[Closing, list[ClosingContract]]:
    """Resolve wishes, choose tiers, apply minimums and share goods and charges, as far as the database holds them now.

    Nets are shared first; then each share carries what its school's exceptions on the `tax_point` say. Writes nothing
    that lasts. The connection's actor must be the service.
    """
    closing = Closing(connection, round_id, today)
    _resolve_wishes(closing)
    closing.price_goods()
    contracts = [_decided(row) for row in closing.contracts()]
    if dropped := [each.contract_id for each in contracts if each.decision.below_minimum and not each.decision.ordered]:
        closing.drop_goods(dropped)
    closing.share_goods()
    if any(each.decision.charges for each in contracts):
        _add_charges(closing, contracts)
    closing.number_lines()
    if exceptions := vat_exceptions(connection, tax_point):
        closing.carry_vat(exceptions)
    return closing, contracts


def _resolve_wishes(closing: Closing) -> None:
    """Offers whose lines are all plain are left out: they are granted as wished."""
    offers = closing_wishes.wishes_to_resolve(closing.connection, closing.values)
    cut = closing_wishes.cut_last_time(closing.connection, [each.contract_id for each in offers if each.pack > 1])
    grants = []
    for each in offers:
        fairness, last = read_terms(each.terms).fairness, cut[each.contract_id]
        outcome = resolve(each.tiers, each.pack, each.wishes, fairness, last, each.minimum)
        grants += [(each.offer_id, grant) for grant in outcome.grants]
    closing_wishes.keep_grants(closing.connection, grants)


def _decided(row: Row[Any]) -> ClosingContract:
    terms = read_terms(row.terms)
    return ClosingContract(
        contract_id=row.contract_id,
        contract_title=row.contract_title,
        supplier_id=row.supplier_id,
        supplier_name=row.supplier_name,
        terms=terms,
        goods_pence=row.goods_pence,
        minimum_choice=row.minimum_choice,
        decision=decide(terms, row.units, row.goods_pence, row.minimum_choice),
    )


def _add_charges(closing: Closing, contracts: Sequence[ClosingContract]) -> None:
    goods: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in closing.goods():
        goods[row.contract_id].append(row)
    for contract in contracts:
        for due in contract.decision.charges:
            share_by, weights = _weights(due.charge, goods[contract.contract_id])
            charge = {
                "contract_id": contract.contract_id,
                "code": due.charge.code,
                "name": due.charge.name,
                "vat_class": due.charge.vat_class,
                "share_by": share_by,
                "reason": due.reason,
                "net_pence": due.net_pence,
            }
            closing.add_charge(charge, shares_of(due.net_pence, weights) if due.net_pence else [])


def _weights(charge: Charge, goods: Sequence[Row[Any]]) -> tuple[str, Weights]:
    """What each school counts for in a charge; equal parts where nothing is known or worth anything to share by."""
    if charge.share_by != "equal":
        weights = {row.school_urn: int(getattr(row, charge.share_by)) for row in goods}
        if any(weights.values()):
            return charge.share_by, weights
    return "equal", {row.school_urn: 1 for row in goods}
