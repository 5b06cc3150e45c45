"""Bills and credit notes as their documents say them, and where a school takes electronic ones."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from services.billing.domain.bill_document import BillDocument, BillLine, Party
from services.billing.domain.bill_errors import EndpointUnknown
from services.billing.domain.endpoints import endpoint_fault, vat_number_fault
from services.billing.storage import bill_parties, bills, companies, credit_notes, direct_bills
from services.billing.usecases.where_to_pay import pay_into


def bill_document(database: Database, actor: Actor, bill_id: str) -> BillDocument:
    """One bill with everything that its documents say. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = bills.get_bills(connection, [bill_id])
        if not found:
            raise NotFound("There is no such bill.")
        bill = found[0]
        direct = bill.settlement == "direct"
        lines = direct_bills.direct_bill_lines if direct else bills.bill_lines
        document = BillDocument(
            kind="bill",
            number=bill.number,
            title=bill.title,
            issue_date=bill.issue_date,
            due_date=bill.due_date,
            seller=_alliance(connection),
            buyer=_school(connection, bill.school_urn),
            lines=tuple(_line(line, line.vat_rate) for line in lines(connection, bill_id)),
            payment_reference=bill.payment_reference,
            paid_pence=bill.paid_pence,
            credited_pence=bill.credited_pence,
            pay_to=bill.pay_to,
        )
    return document if direct else replace(document, pay_into=pay_into(database, bill.purpose))


def credit_note_document(database: Database, actor: Actor, credit_note_id: str) -> BillDocument:
    """One credit note with everything that its documents say. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = credit_notes.get_credit_notes(connection, [credit_note_id])
        if not found:
            raise NotFound("There is no such credit note.")
        note = found[0]
        [bill] = bills.get_bills(connection, [note.bill_id])
        return BillDocument(
            kind="credit_note",
            number=note.number,
            title=note.title,
            issue_date=note.issue_date,
            seller=_alliance(connection),
            buyer=_school(connection, note.school_urn),
            lines=tuple(
                _line(line, line.vat_rate) for line in credit_notes.credit_note_lines(connection, credit_note_id)
            ),
            of_bill=(bill.number, bill.issue_date),
        )


def get_address(database: Database, actor: Actor, urn: int) -> Row[Any]:
    """Where a school takes electronic bills. Raises NotFound."""
    _own(actor, urn)
    with database.transaction(actor) as connection:
        found = bill_parties.find_school(connection, urn)
    if found is None:
        raise NotFound("There is no such school.")
    return found


def record_address(database: Database, actor: Actor, urn: int, address: dict[str, Any], version: int) -> Row[Any]:
    """Record where a school takes electronic bills: scheme, identifier, vat_number or None.

    `version` is what the editor saw, 0 for none. Raises NotFound, EndpointUnknown, VersionConflict.
    """
    _own(actor, urn)
    faults = {"identifier": endpoint_fault(address["scheme"], address["identifier"])}
    if address["vat_number"]:
        faults["vat_number"] = vat_number_fault(address["vat_number"])
    told = {field: fault for field, fault in faults.items() if fault}
    if told:
        raise EndpointUnknown(next(iter(told.values())), fields=told)
    with database.transaction(actor) as connection:
        known = bill_parties.find_school(connection, urn)
        if known is None:
            raise NotFound("There is no such school.")
        if known.version != version or not bill_parties.record_address(connection, urn, address, actor.name, version):
            raise VersionConflict("Somebody has changed this meanwhile.")
    return get_address(database, actor, urn)


def _own(actor: Actor, urn: int) -> None:
    if actor.kind == "school" and actor.school_urn != urn:
        raise NotFound("There is no such school.")


def _alliance(connection: Connection) -> Party:
    found = companies.find_alliance(connection)
    if found is None:
        return Party("The alliance", "The alliance")
    address, endpoint = found["address"] or {}, found["endpoint"]
    recorded = (endpoint["scheme"], endpoint["id"]) if endpoint else None
    return Party(
        name=found["name"],
        legal_name=found["legal_name"],
        lines=tuple(address.get("lines", ())),
        town=address.get("town", ""),
        postcode=address.get("postcode", ""),
        endpoint=recorded or (("9932", found["vat_number"]) if found["vat_number"] else None),
        vat_number=found["vat_number"],
        email=found["email"],
        telephone=found["telephone"],
    )


def _school(connection: Connection, urn: int) -> Party:
    found = bill_parties.find_school(connection, urn)
    if found is None:
        raise NotFound("There is no such school.")
    return Party(
        name=found.name,
        legal_name=found.name,
        town=found.town,
        postcode=found.postcode,
        endpoint=(found.scheme, found.identifier) if found.scheme else None,
        vat_number=found.vat_number,
        urn=found.urn,
    )


def _line(line: Row[Any], vat_rate: Any) -> BillLine:
    return BillLine(
        line_no=line.line_no,
        name=line.name,
        sku=line.sku,
        unit=line.unit,
        quantity=line.quantity,
        unit_price=line.unit_price,
        net_pence=line.net_pence,
        vat_pence=line.vat_pence,
        vat_class=line.vat_class,
        vat_rate=vat_rate,
        order_number=line.purchase_order_number or "",
        supplier_name=line.supplier_name or "",
        ledger_code=line.ledger_code or "",
    )
