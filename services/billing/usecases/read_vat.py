"""Show VAT: by period, category and rate for a school or the alliance, and the figures of form VAT126."""

from datetime import date

from sqlalchemy import Connection

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.london import london_today
from contracts.report import Report
from services.billing.domain.errors import ClaimantUnsaid
from services.billing.domain.vat126 import ClaimedDocument, month_end, vat126_report
from services.billing.domain.vat_report import alliance_vat_report, school_vat_report, vat_sums
from services.billing.storage import companies, directory, vat


def read_vat_report(database: Database, actor: Actor, *, first: date, last: date, school_urn: int | None) -> Report:
    """VAT from the month of `first` to that of `last`: of one school, or without one of the alliance.

    A school reads its own. Raises NotFound.
    """
    first, last, urn = first.replace(day=1), month_end(last), _own(actor, school_urn)
    with database.transaction(actor) as connection:
        sums = vat_sums(vat.vat_to_schools(connection, first, last, urn))
        if urn is None:
            return alliance_vat_report(first, last, sums, vat_sums(vat.vat_from_suppliers(connection, first, last)))
        return school_vat_report(_school(connection, urn), first, last, sums)


def read_vat126(database: Database, actor: Actor, *, first: date, last: date, school_urn: int | None) -> Report:
    """The figures and invoices of a claim on form VAT126, for whole months. Raises NotFound, ClaimantUnsaid."""
    first, last, urn = first.replace(day=1), month_end(last), _own(actor, school_urn)
    if urn is None:
        raise ClaimantUnsaid("Say which school claims.", fields={"school_urn": "Choose the school that claims."})
    with database.transaction(actor) as connection:
        school = _school(connection, urn)
        rows = vat.vat_documents(connection, first, last, urn)
        items = vat.items_of_bills(connection, [row.document_id for row in rows if row.source == "bill"])
        alliance = companies.find_alliance(connection) or {}
    with database.transaction(SERVICE) as connection:  # a school sees its documents, and not who suppliers are
        suppliers = vat.vat_numbers(connection, {row.supplier_id for row in rows if row.supplier_id})
    own = (alliance.get("legal_name") or "The alliance", alliance.get("vat_number"))
    documents = []
    for row in rows:
        supplier, vat_number = suppliers.get(row.supplier_id, ("", None)) if row.supplier_id else own
        about = items.get(row.document_id) or [row.title]
        documents.append(
            ClaimedDocument(
                supplier, vat_number, row.issue_date, row.number, about, school, row.net_pence, row.vat_pence
            )
        )
    return vat126_report(school, first, last, documents, london_today())


def _own(actor: Actor, urn: int | None) -> int | None:
    """The school that is asked for; a school's people ask for their own."""
    if actor.kind != "school":
        return urn
    if urn not in (None, actor.school_urn):
        raise NotFound("There is no such school.")
    return actor.school_urn


def _school(connection: Connection, urn: int) -> str:
    name = directory.school_name(connection, urn)
    if name is None:
        raise NotFound("There is no such school.")
    return name
