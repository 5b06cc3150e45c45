"""Purchase orders as documents say them, made up without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from contracts.allocation import allocate
from contracts.money import line_net_pence
from contracts.vat import vat_pence
from services.orders.domain.issued_order import (
    Address,
    Drop,
    DropLine,
    IssuedOrder,
    OrderLine,
    Party,
    totalled,
)

BUYER = Party(
    "Orchard Schools Alliance",
    "Orchard Schools Alliance Limited",
    Address(("Alliance Office", "Oast House"), "Millhaven", "ZZ1 1AA"),
    ("9932", "GB999999973"),
    "GB999999973",
    None,
    "office@alliance.example",
    "01632 960000",
)
SELLER = Party(
    "Fenwright Paper",
    "Fenwright Paper Limited",
    Address(("Unit 4, Paper Mill Lane",), "Millhaven", "ZZ10 4PM"),
    ("0088", "5060000000016"),
    "GB123456782",
    "00999101",
    "orders@fenwright.example",
    "01632 960101",
)


def issued(
    quantities: dict[int, dict[int, int]],
    *,
    prices: dict[int, str] | None = None,
    classes: dict[int, tuple[str, str]] | None = None,
    charges: dict[int, int] | None = None,
    **more: Any,
) -> IssuedOrder:
    """An order of {URN: {line: units}}; by line its price, its VAT (class, rate), and charges in pence.

    `more` replaces fields of the order; nets and VAT are what the close would make of it.
    """
    prices, classes, charges = prices or {}, classes or {}, charges or {}
    wanted: dict[int, dict[int, int]] = {}
    for urn, units in sorted(quantities.items()):
        for line_no, count in units.items():
            wanted.setdefault(line_no, {})[urn] = count
    lines, shares = [], {}
    for line_no, units in sorted(wanted.items()):
        line = _line(line_no, "goods", sum(units.values()), Decimal(prices.get(line_no, "11.8000")))
        lines.append(line)
        shares[line_no] = allocate(line.net_pence, units)
    goods = {urn: sum(shares[line_no].get(urn, 0) for line_no in shares) for urn in quantities}
    for line_no, pence in sorted(charges.items() if any(goods.values()) else ()):
        line = replace(_line(line_no, "charge", 1, Decimal(pence) / 100), name="Delivery", sku="DELIVERY", unit="C62")
        lines.append(line)
        shares[line_no] = allocate(pence, goods)
        wanted[line_no] = dict.fromkeys(quantities, 0)
    drops = [
        Drop(
            place=place,
            school_urn=urn,
            school_name=f"School {urn} Primary",
            site_name="Main building" if urn % 2 else "",
            address=Address((f"{place} Chestnut Lane",), "Canterbury", f"CT{place % 21 + 1} {place % 9}AA"),
            instructions="Deliver to the kitchen door before 14:30." if urn % 3 == 0 else "",
            note="",
            reference=f"O-{place:06d}",
            lines=tuple(
                DropLine(line, wanted[line.line_no][urn], shares[line.line_no][urn], *_vat(classes, line.line_no))
                for line in lines
                if urn in wanted[line.line_no]
            ),
        )
        for place, urn in enumerate(sorted(quantities), 1)
    ]
    order = IssuedOrder(
        purchase_order_id="00000000-0000-4000-8000-000000000006",
        number="PO-000012",
        revision=1,
        title="Autumn stationery",
        issued_at=datetime(2026, 11, 24, 12, 30, tzinfo=UTC),
        answer_by=date(2026, 11, 26),
        delivery_from=date(2027, 1, 4),
        delivery_to=date(2027, 1, 22),
        contract_title="Paper and stationery",
        contract_reference="C-2026-014",
        settlement="recharge",
        buyer=BUYER,
        seller=SELLER,
        lines=tuple(lines),
        drops=tuple(drops),
    )
    nets: dict[Decimal, int] = {}
    for drop in drops:
        for part in drop.lines:
            nets[part.vat_rate] = nets.get(part.vat_rate, 0) + part.net_pence
    vat = sum(vat_pence(net, rate) for rate, net in nets.items())
    return totalled(replace(order, net_pence=sum(line.net_pence for line in lines), vat_pence=vat, **more))


def _line(line_no: int, kind: str, quantity: int, price: Decimal) -> OrderLine:
    return OrderLine(
        line_no=line_no,
        kind=kind,
        sku=f"SKU-{line_no:05d}",
        name=f"Exercise book {line_no}, A4, 80 pages",
        description="8 mm ruled with margin, 75 g paper",
        unit="XPK",
        unit_price=price,
        quantity=quantity,
        net_pence=line_net_pence(quantity, price),
        cpv="30192700-8",
    )


def _vat(classes: dict[int, tuple[str, str]], line_no: int) -> tuple[str, Decimal]:
    vat_class, rate = classes.get(line_no, ("S", "20.00"))
    return vat_class, Decimal(rate)
