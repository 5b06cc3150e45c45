"""For every check a way to break what it holds: SQL on one database, and what is said of it."""

from dataclasses import dataclass

from bursar.verify.run import cursor_check
from chassis.settings import ALL_PARTS
from contracts.topology import SUBSCRIPTIONS
from tests.verify.answer_breakings import ANSWER_BREAKINGS
from tests.verify.bank_breakings import BANK_BREAKINGS
from tests.verify.close_breakings import CLOSE_BREAKINGS
from tests.verify.dispute_breakings import DISPUTE_BREAKINGS
from tests.verify.document_breakings import DOCUMENT_BREAKINGS
from tests.verify.fund_breakings import FUND_BREAKINGS
from tests.verify.matching_breakings import MATCHING_BREAKINGS
from tests.verify.payment_breakings import PAYMENT_BREAKINGS
from tests.verify.period_breakings import PERIOD_BREAKINGS

AUTUMN = "(SELECT round_id FROM round WHERE title = 'Autumn')"
SPRING = "(SELECT round_id FROM round WHERE title = 'Spring')"

_PLAIN_BREAKINGS = (*DISPUTE_BREAKINGS, *DOCUMENT_BREAKINGS, *BANK_BREAKINGS, *PAYMENT_BREAKINGS)


@dataclass(frozen=True)
class Breaking:
    """SQL that breaks the check `name` of `part`: `lines` breaches, one saying `said`; and those in `also`."""

    part: str
    name: str
    sql: str
    said: str
    also: tuple[str, ...] = ()
    lines: int = 1

    @property
    def check(self) -> str:
        """The check as breaches name it."""
        return f"{self.part}.{self.name}"


def _event(event_type: str, path: str, value: str, where: str = "true") -> str:
    """Rewrites one event that has been told."""
    return f"""
        UPDATE event_log SET body = jsonb_set(body, '{path}', '{value}')
        WHERE id = (SELECT min(id) FROM event_log WHERE type = '{event_type}' AND {where})
    """


def _offer(sku: str, table: str = "round_offer") -> str:
    return f"(SELECT DISTINCT offer_id FROM {table} WHERE sku = '{sku}')"


def _order(number: int) -> str:
    """Cleaning is 1, Devices 2, Paper 3, Toner 4, Zips 5."""
    return f"(SELECT purchase_order_id FROM purchase_order WHERE number = 'PO-00000{number}')"


def _bill(number: int) -> str:
    """Ash's is 1, Beech's 2, Cedar's 3."""
    return f"(SELECT bill_id FROM bill WHERE number = 'B-00000{number}')"


def _line(sku: str) -> str:
    """(purchase_order_id, line_no) of an article, in billing."""
    return f"(SELECT purchase_order_id, line_no FROM purchase_order_line WHERE sku = '{sku}')"


_A3_AT = f"""
    (purchase_order_id, line_no)
        = (SELECT purchase_order_id, line_no FROM purchase_order_line WHERE offer_id = {_offer("A3")}) AND school_urn
"""
_SOAP_OF_BEECH = f"""
    school_urn = 900002 AND (purchase_order_id, order_line_no) = ({_order(1)}, 1)
"""
_TONER_OF_ASH = f"school_urn = 900001 AND (purchase_order_id, line_no) = {_line('TONER')}"

EVERYWHERE = [
    breaking
    for part in ALL_PARTS
    for breaking in (
        Breaking(
            part,
            "log_has_no_gaps",
            "UPDATE relay_state SET numbered_position = numbered_position + 1",
            "the last position is",
        ),
        Breaking(
            part,
            "log_is_numbered",
            "INSERT INTO event_log (type, key, body) VALUES ('Nothing', 'nothing:1', '{}')",
            "events are numbered",
            also=tuple(cursor_check(to, part) for to, heard in SUBSCRIPTIONS.items() if part in heard),
        ),
        Breaking(
            part,
            "nothing_is_parked",
            "INSERT INTO parked_event (producer, position, key, type, event, error)"
            " VALUES ('elsewhere', 7, 'thing:1', 'ThingHappened', '{}', 'No such thing.')",
            "ThingHappened thing:1 from elsewhere at position 7: No such thing.",
        ),
    )
]

CURSORS = [
    Breaking(
        consumer,
        f"cursor_is_at_the_head_of_{producer}",
        f"UPDATE consumer_cursor SET position = position + 1 WHERE producer = '{producer}'",
        "is taken",
    )
    for consumer, producers in SUBSCRIPTIONS.items()
    for producer in producers
]

MEMBERS = [
    Breaking(
        "members",
        "rows_agree_with_their_parents",
        "UPDATE person_role SET school_urn = 999999 FROM person WHERE person.person_id = person_role.person_id"
        " AND name = 'Head'",
        "there is no such school",
        also=("members.people_are_told",),
    ),
    Breaking(
        "members",
        "roles_have_their_seats",
        "UPDATE person_role SET role = 'board_member' FROM person WHERE person.person_id = person_role.person_id"
        " AND name = 'Head'",
        "is board_member of school 900001, supplier none",
        also=("members.people_are_told",),
    ),
    Breaking(
        "members",
        "schools_are_members_once",
        "UPDATE membership SET left_on = '2026-03-01' WHERE school_urn = 900004 AND membership_class = 'full'",
        "school 900004 joined on 2026-02-01 while it was a member",
    ),
    Breaking(
        "members",
        "schools_are_members_once",
        "UPDATE membership SET membership_class = 'associate' WHERE school_urn = 900001",
        "the row of school 900001 shows a membership",
    ),
    Breaking(
        "members",
        "newest_counts_stand",
        "UPDATE pupil_count SET pupils = 272 WHERE school_urn = 900001 AND counted_on = '2026-01-15'",
        "school 900001 has 271 pupils, its newest count says 272",
    ),
    Breaking(
        "members",
        "sites_have_one_that_is_the_main_one",
        "UPDATE site SET main = false WHERE school_urn = 900001",
        "school 900001 has 0 main sites",
        also=("members.schools_are_told",),
    ),
    Breaking("members", "schools_are_told", "UPDATE site SET instructions = 'Knock.' WHERE main", "Knock."),
    Breaking("members", "schools_are_told", "UPDATE school SET town = 'Dover' WHERE urn = 900001", "Dover"),
    Breaking("members", "alliance_is_told", "UPDATE alliance SET telephone = '0'", '"0"'),
    Breaking("members", "suppliers_are_told", "UPDATE supplier SET email = 'x@y' WHERE name = 'oakdale'", "x@y"),
    Breaking(
        "members",
        "bank_details_waited",
        "UPDATE supplier_bank_details SET effective_on = effective_on + 30 WHERE in_force_at IS NOT NULL",
        "55779911",
    ),
    Breaking(
        "members",
        "bank_details_are_told",
        "UPDATE supplier_bank_details SET account_number = '87654321' WHERE in_force_at IS NOT NULL",
        "87654321",
    ),
    Breaking("members", "people_are_told", "UPDATE person SET email = 'x@y' WHERE name = 'Desk'", "x@y"),
]

CATALOGUE = [
    Breaking(
        "catalogue",
        "rows_agree_with_their_parents",
        f"UPDATE offer_tier SET supplier_id = gen_random_uuid() WHERE offer_id = {_offer('A4', 'offer')}"
        " AND from_quantity = 50",
        "its offer says",
    ),
    Breaking(
        "catalogue",
        "offers_have_a_price_from_one_unit",
        f"UPDATE offer_tier SET from_quantity = 2 WHERE offer_id = {_offer('A4', 'offer')} AND from_quantity = 1",
        "is from 2",
        also=("catalogue.offers_are_told",),
    ),
    Breaking(
        "catalogue",
        "more_together_costs_less_each",
        f"UPDATE offer_tier SET unit_price = 13 WHERE offer_id = {_offer('A4', 'offer')} AND from_quantity = 50",
        "13.0000 each from 50, 12.5050 before",
        also=("catalogue.offers_are_told",),
    ),
    Breaking(
        "catalogue",
        "prices_start_on_their_day",
        f"""
        INSERT INTO offer_tier (offer_id, from_quantity, supplier_id, unit_price, valid_from)
        SELECT offer_id, from_quantity, supplier_id, unit_price, '2025-01-01' FROM offer_tier
        WHERE offer_id = {_offer("A4", "offer")};
        UPDATE offer_tier SET valid_from = '2025-02-01'
        WHERE offer_id = {_offer("A4", "offer")} AND valid_from > '2025-01-01';
        UPDATE offer SET prices_from = '2025-01-01' WHERE sku = 'A4'
        """,
        "(A4): the prices of 2025-02-01 wait",
    ),
    Breaking(
        "catalogue",
        "price_lists_are_applied_whole",
        "UPDATE price_list_line SET sku = 'HEDGE' WHERE change = 'added'",
        "HEDGE: added",
    ),
    Breaking(
        "catalogue",
        "vat_exceptions_do_not_overlap",
        "INSERT INTO vat_exception SELECT gen_random_uuid(), offer_id, category_code, school_urn, supplier_id, 'Z',"
        " false, '2030-01-01', NULL, certificate, 1, false FROM vat_exception WHERE offer_id IS NOT NULL",
        "for school 900002",
        ("catalogue.vat_exceptions_are_told",),
    ),
    Breaking(
        "catalogue",
        "vat_exceptions_are_told",
        "UPDATE vat_exception SET certificate = 'X' WHERE offer_id IS NOT NULL",
        '"X"',
    ),
    Breaking("catalogue", "contracts_are_told", "UPDATE contract SET title = 'X' WHERE title = 'Toner'", '"X"'),
    Breaking("catalogue", "offers_are_told", "UPDATE offer SET name = 'X' WHERE sku = 'A4'", '"X"'),
    Breaking(
        "catalogue",
        "categories_are_told_with_offers",
        "UPDATE category SET ledger_code = 'E99' WHERE code = 'cleaning'",
        "E99",
    ),
    Breaking("catalogue", "withdrawals_are_told", "UPDATE offer SET state = 'withdrawn' WHERE sku = 'A4'", "[true]"),
]

ORDERS = [
    Breaking(
        "orders",
        "rows_agree_with_their_parents",
        "UPDATE receipt_photo SET supplier_id = gen_random_uuid()",
        "receipt_photo of (purchase_order_id, school_urn)",
    ),
    Breaking(
        "orders",
        "rows_agree_with_their_parents",
        "UPDATE order_history SET school_urn = 999999 WHERE id = (SELECT min(id) FROM order_history)",
        "there is no such school_order",
    ),
    *(Breaking("orders", name, sql, said, also, lines) for name, sql, said, also, lines in CLOSE_BREAKINGS),
    *(Breaking("orders", name, sql, said, also) for name, sql, said, also in ANSWER_BREAKINGS),
    *(Breaking("billing", name, sql, said, also, *lines) for name, sql, said, also, *lines in FUND_BREAKINGS),
    *(Breaking("billing", name, sql, said, also) for name, sql, said, also in _PLAIN_BREAKINGS),
    *(Breaking("billing", name, sql, said, also) for name, sql, said, also in MATCHING_BREAKINGS),
    *(Breaking("billing", name, sql, said, also, lines) for name, sql, said, also, lines in PERIOD_BREAKINGS),
    Breaking(
        "orders",
        "closed_rounds_are_decided",
        "UPDATE school_order SET state = 'draft' WHERE school_urn = 900004",
        "round R-0002, school 900004: the order is draft",
    ),
    Breaking(
        "orders",
        "drops_add_up_to_lines",
        f"UPDATE drop_line SET net_pence = net_pence + 1 WHERE {_A3_AT} = 900003",
        "21 units and 26262 pence in drops, 21 and 26261 on the line",
        also=("orders.drops_are_told",),
    ),
    Breaking(
        "orders",
        "shares_follow_quantities",
        f"UPDATE drop_line SET net_pence = net_pence + 1 WHERE {_A3_AT} = 900001;"
        f"UPDATE drop_line SET net_pence = net_pence - 1 WHERE {_A3_AT} = 900002",
        "school 900001: 8755 pence for 7 of 21 units at 26261 pence",
    ),
    Breaking(
        "orders",
        "lines_add_up_to_orders",
        "UPDATE purchase_order SET net_pence = net_pence + 1 WHERE number = 'PO-000004'",
        "PO-000004: lines of 2501 pence, an order of 2502",
    ),
    Breaking(
        "orders",
        "lines_have_the_price_of_their_tier",
        f"UPDATE round_tier SET unit_price = 1 WHERE round_id = {AUTUMN} AND offer_id = {_offer('TONER')}"
        " AND from_quantity = 1",
        "PO-000004 line 1: 2 units at £12.5050 for 2501 pence; the tier gives £1.0000",
    ),
    Breaking(
        "orders",
        "tiers_cover_every_quantity",
        f"UPDATE round_tier SET applies_from = 5 WHERE round_id = {SPRING} AND offer_id = {_offer('A4')}"
        " AND from_quantity = 1",
        "round R-0003, offer A4: the tier from 1 applies to 5",
    ),
    Breaking(
        "orders",
        "lines_are_under_their_contract",
        f"UPDATE round_offer SET contract_id = gen_random_uuid() WHERE round_id = {AUTUMN} AND sku = 'TONER'",
        "offer TONER is not under the contract",
        also=("orders.rows_agree_with_their_parents",),
    ),
    Breaking(
        "orders",
        "revisions_are_agreed_changes",
        f"UPDATE purchase_order SET revision = 2 WHERE purchase_order_id = {_order(3)}",
        "PO-000003 is revision 2 and has 0 changes agreed, the last as revision 1",
    ),
    Breaking(
        "orders",
        "receipts_are_on_accepted_orders",
        "INSERT INTO receipt (receipt_id, purchase_order_id, school_urn, supplier_id, recorded_at, recorded_by)"
        f" SELECT gen_random_uuid(), purchase_order_id, school_urn, supplier_id, now(), 'X' FROM school_drop"
        f" WHERE purchase_order_id = {_order(2)}",
        "PO-000002 is rejected and has 1 receipts",
    ),
    Breaking(
        "orders",
        "receipts_add_up",
        "UPDATE drop_line SET quantity_received = 37 WHERE quantity_received = 38",
        "school 900002: 37 units received, receipts of 38",
    ),
    Breaking(
        "orders",
        "nothing_is_accepted_beyond_the_order",
        "UPDATE receipt_line SET quantity_received = CASE quantity_received WHEN 30 THEN 40 ELSE -6 END,"
        " quantity_short = CASE quantity_received WHEN 30 THEN 0 ELSE 6 END"
        " WHERE school_urn = 900001 AND quantity_received IN (30, 4)",
        "school 900001: from 34 to 40 units accepted of 34",
    ),
    Breaking(
        "orders",
        "despatches_send_accepted_goods",
        "INSERT INTO despatch (despatch_id, number, purchase_order_id, supplier_id, despatched_on, recorded_at,"
        " recorded_by) SELECT gen_random_uuid(), 'DN-000003', purchase_order_id, supplier_id, current_date, now(), 'X'"
        f" FROM purchase_order WHERE purchase_order_id = {_order(2)};"
        " UPDATE document_number SET last = 3 WHERE series = 'DN'",
        "DN-000003 of PO-000002, which is rejected: 0 lines",
    ),
    Breaking(
        "orders",
        "documents_are_as_they_were_made",
        f"""
        UPDATE purchase_order_document SET content = content || '\\x00'::bytea
        WHERE purchase_order_id = {_order(1)} AND form = 'pdf'
        """,
        "PO-000001, revision 2, pdf for the supplier",
    ),
    Breaking(
        "orders",
        "orders_have_their_documents",
        f"DELETE FROM purchase_order_document WHERE purchase_order_id = {_order(1)} AND form = 'xlsx'",
        "PO-000001, revision 2: 2 documents, the latest of revision 2",
    ),
    Breaking(
        "orders",
        "files_are_as_they_came",
        "UPDATE receipt_photo SET content = content || '\\x00'::bytea",
        "receipt_photo ",
    ),
    Breaking(
        "orders",
        "despatch_numbers_have_no_gaps",
        "UPDATE document_number SET last = 3 WHERE series = 'DN'",
        "the counter of DN stands at 3, the last number is 2",
    ),
    Breaking(
        "orders",
        "despatches_are_told",
        _event("DespatchRecorded", "{drops,0,school_urn}", "900004"),
        "the log told",
    ),
    Breaking(
        "orders",
        "drops_are_as_received",
        f"UPDATE school_drop SET state = 'part' WHERE purchase_order_id = {_order(4)}",
        "PO-000004, school 900001: the drop is part, its lines say received",
    ),
    Breaking(
        "orders",
        "round_numbers_have_no_gaps",
        "UPDATE document_number SET last = last + 1 WHERE series = 'R'",
        "the counter of R stands at 5, the last number is 4",
    ),
    Breaking(
        "orders",
        "school_order_numbers_have_no_gaps",
        "UPDATE school_order SET reference = NULL WHERE reference = 'O-000004'",
        "O 5 follows O 3",
    ),
    Breaking(
        "orders",
        "purchase_order_numbers_have_no_gaps",
        "UPDATE document_number SET last = last - 1 WHERE series = 'PO'",
        "the counter of PO stands at 8, the last number is 9",
    ),
    Breaking("orders", "closes_are_told", f"UPDATE round SET title = 'X' WHERE round_id = {AUTUMN}", '"X"'),
    Breaking(
        "orders",
        "orders_are_told",
        _event("PurchaseOrderIssued", "{number}", '"PO-9"'),
        "PO-9",
        also=("billing.purchase_orders_are_as_told_by_orders",),
    ),
    Breaking(
        "orders",
        "order_lines_are_told",
        _event("PurchaseOrderIssued", "{lines,0,net_pence}", "1"),
        "the log told [1, 9, -1249,",
        also=("billing.purchase_order_lines_are_as_told_by_orders",),
    ),
    Breaking(
        "orders",
        "drops_are_told",
        _event("DropIssued", "{school_urn}", "900004"),
        "the log told",
        also=(
            "billing.drops_are_as_told_by_orders",
            "billing.vat_of_drops_are_as_told_by_orders",
            "orders.vat_of_drops_is_told",
        ),
    ),
    Breaking(
        "orders",
        "orders_bear_the_vat_of_their_drops",
        f"UPDATE purchase_order SET vat_pence = vat_pence + 1 WHERE purchase_order_id = {_order(4)}",
        "PO-000004: 501 pence of VAT, its drops come to 500",
    ),
    Breaking(
        "orders",
        "vat_of_drops_is_told",
        f"UPDATE drop_line SET vat_class = 'E' WHERE purchase_order_id = {_order(1)} AND vat_class = 'Z'",
        "tables say",
    ),
    Breaking("orders", "answers_are_told", "UPDATE purchase_order SET reason = 'X' WHERE state = 'rejected'", '"X"'),
    Breaking(
        "orders",
        "receipts_are_told",
        "INSERT INTO receipt_line SELECT r.receipt_id, d.line_no, r.purchase_order_id, r.school_urn, r.supplier_id, 0"
        f" FROM receipt r JOIN drop_line d USING (purchase_order_id, school_urn) WHERE {_A3_AT} = 900001"
        " ON CONFLICT DO NOTHING",
        "the log told [7,",
    ),
]

BILLING = [
    Breaking(
        "billing",
        "rows_agree_with_their_parents",
        "UPDATE match_decision SET supplier_id = gen_random_uuid()",
        "its supplier_invoice_line says",
    ),
    Breaking(
        "billing",
        "receipts_are_on_accepted_orders",
        "UPDATE purchase_order SET answer = NULL WHERE number = 'PO-000001'",
        "PO-000001 is not answered and has 1 lines received",
        also=("billing.answers_are_as_told_by_orders",),
    ),
    Breaking(
        "billing",
        "receipts_add_up",
        f"UPDATE drop_line SET received = 3 WHERE {_TONER_OF_ASH}",
        "PO-000004 line 1, school 900001: 3 units received, receipts of 2",
    ),
    Breaking(
        "billing",
        "invoice_lines_add_up",
        f"UPDATE supplier_invoice_line SET vat_pence = vat_pence + 1"
        f" WHERE (purchase_order_id, order_line_no) = {_line('TONER')}",
        "SI-000002: lines of 2501 and 501 pence VAT, an invoice of 2501 and 500, gross 3001",
        also=("billing.matches_add_up_to_lines",),
    ),
    Breaking(
        "billing",
        "matches_add_up_to_lines",
        f"UPDATE match_line SET quantity_invoiced = 6 WHERE {_SOAP_OF_BEECH}",
        "SI-000003 line 1: 11 units",
    ),
    Breaking(
        "billing",
        "matches_add_up_to_lines",
        f"UPDATE supplier_invoice_line SET school_urn = 900003"
        f" WHERE (purchase_order_id, order_line_no) = {_line('TONER')}",
        "SI-000002 line 1: 2 units",
    ),
    Breaking(
        "billing",
        "matches_add_up_to_lines",
        "DELETE FROM match_line WHERE supplier_invoice_id"
        " = (SELECT supplier_invoice_id FROM supplier_invoice WHERE our_number = 'SI-000002')",
        "SI-000002 line 1: 0 units",
        also=(
            "billing.bill_lines_stand_on_matches",
            "billing.invoices_are_accounted_for",
            "billing.net_clearing_is_what_waits",
            "billing.suppliers_are_answered",
            "billing.vat_clearing_is_what_waits",
        ),
    ),
    Breaking(
        "billing",
        "open_matches_are_current",
        f"UPDATE match_line SET quantity_received = 4 WHERE {_SOAP_OF_BEECH}",
        "SI-000003 line 1, school 900002: shows 4 ordered, 4 received at £12.5050; they are 4, 0 at £12.5050",
    ),
    Breaking(
        "billing",
        "invoices_are_accounted_for",
        f"UPDATE match_line SET net_pence = net_pence + 1 WHERE {_SOAP_OF_BEECH}",
        "SI-000003: 12516 pence",
        also=("billing.matches_add_up_to_lines", "billing.net_clearing_is_what_waits"),
    ),
    Breaking(
        "billing",
        "bill_lines_add_up",
        "UPDATE bill SET net_pence = net_pence + 1, vat_pence = vat_pence - 1 WHERE number = 'B-000003'",
        "B-000003: lines of",
    ),
    Breaking(
        "billing",
        "bill_lines_stand_on_matches",
        f"UPDATE bill_line SET quantity = 6 WHERE bill_id = {_bill(2)}",
        "bill B-000002, school 900002, invoice SI-000001, order line 1: 1 lines of 6 units",
    ),
    Breaking(
        "billing",
        "nothing_is_billed_unreceived",
        f"UPDATE drop_line SET received = 1 WHERE {_TONER_OF_ASH}",
        "PO-000004 line 1, school 900001: 2 units to bill, 2 ordered, 1 received",
        also=("billing.receipts_add_up",),
    ),
    Breaking(
        "billing",
        "bills_keep_the_price_of_the_order",
        f"UPDATE bill_line SET unit_price = 12.5051 WHERE bill_id = {_bill(2)}",
        "B-000002 line 1: £12.5051 a unit, ordered at £12.5050",
    ),
    Breaking(
        "billing",
        "bills_are_of_one_round",
        "INSERT INTO round VALUES ('00000000-0000-4000-8000-000000000009', 'R-9', 'X', NULL);"
        " UPDATE bill SET round_id = '00000000-0000-4000-8000-000000000009' WHERE number = 'B-000002'",
        "B-000002 line 1: PO-000003 was ordered in another round",
        also=("billing.bills_are_told",),
    ),
    Breaking(
        "billing",
        "settled_orders_are_paid",
        "UPDATE bill SET paid_pence = 0 WHERE number = 'B-000001'",
        "PO-000004 is accepted and settled, with 0 matches not billed and 1 bills not paid",
        also=("billing.payments_add_up",),
    ),
    Breaking("billing", "bills_are_told", "UPDATE bill SET due_date = '2000-01-01' WHERE number = 'B-000001'", "2000"),
    Breaking(
        "billing", "settlements_are_told", "UPDATE purchase_order SET settled_at = NULL", "tables say nothing", lines=2
    ),
    *(
        Breaking(
            "billing",
            f"{table}_numbers_have_no_gaps",
            f"INSERT INTO document_number (series, last) VALUES ('{series}', 1)"
            " ON CONFLICT (series) DO UPDATE SET last = document_number.last + 1",
            f"the counter of {series} stands at",
        )
        for series, table in (
            ("SI", "supplier_invoice"),
            ("B", "bill"),
            ("J", "entry"),
            *((series, f"bank_{series.lower()}") for series in ("RC", "RF", "PY", "FS", "BC")),
            ("CN", "credit_note"),
            ("DB", "direct_bill"),
        )
    ),
]

_PAPER_OF_ASH = """
    supplier_invoice_id = (SELECT supplier_invoice_id FROM supplier_invoice WHERE our_number = 'SI-000001')
    AND school_urn = 900001 AND credited_quantity = 2
"""

CREDITS = [
    Breaking(
        "billing",
        "credits_are_shared_once",
        f"UPDATE match_line SET credited_quantity = 3 WHERE {_PAPER_OF_ASH}",
        "3 units and",
    ),
    Breaking(
        "billing",
        "credits_give_no_more_than_they_are",
        "UPDATE credit_share SET vat_pence = vat_pence + 1, net_pence = net_pence - 1",
        "pence shared",
    ),
    Breaking(
        "billing",
        "credit_notes_add_up",
        "UPDATE credit_note_line SET net_pence = net_pence - 1, vat_pence = vat_pence + 1",
        "CN-000001: lines of",
    ),
    Breaking(
        "billing",
        "credit_notes_add_up",
        "UPDATE bill SET credited_pence = 1 WHERE number = 'B-000003'",
        "B-000003: 1 pence count as credited, 0 are",
    ),
    Breaking(
        "billing",
        "returns_stand_on_credit_notes",
        f"UPDATE match_line SET returned_quantity = 1 WHERE {_PAPER_OF_ASH}",
        "pence given back, credit notes of",
    ),
    Breaking(
        "billing",
        "credit_notes_are_told",
        _event("CreditNoteIssued", "{number}", '"CN-9"'),
        "CN-9",
        also=("orders.bill_amounts_are_as_told_by_billing",),
    ),
    Breaking(
        "billing",
        "direct_bills_are_their_buyers",
        "UPDATE direct_bill SET school_urn = 900001",
        "names school 900003: bill of school 900001",
        also=("billing.direct_bills_are_told", "billing.rows_agree_with_their_parents"),
    ),
    Breaking(
        "billing",
        "direct_bills_are_told",
        _event("DirectBillRecorded", "{amounts,0,net_pence}", "7"),
        ", 7, ",
        also=("orders.bill_amounts_are_as_told_by_billing",),
    ),
]

_RECEIPT = "(SELECT entry_id FROM entry WHERE kind = 'receipt' ORDER BY number LIMIT 1)"
_INVOICE = "(SELECT entry_id FROM entry WHERE number = 'J-000001')"

BOOKS = [
    Breaking(
        "billing",
        "entries_balance",
        f"UPDATE entry_line SET credit_pence = credit_pence + 1 WHERE entry_id = {_RECEIPT} AND account = '1100'",
        "(RC-000001): debits of",
        also=("billing.debtors_are_the_open_bills",),
    ),
    Breaking(
        "billing",
        "accounts_are_known",
        f"UPDATE entry_line SET account = '9999' WHERE entry_id = {_RECEIPT} AND account = '1200'",
        "account 9999",
        also=("billing.bank_is_the_matched_lines",),
    ),
    Breaking(
        "billing",
        "documents_are_posted_once",
        f"UPDATE entry SET document_id = gen_random_uuid() WHERE entry_id = {_INVOICE}",
        "supplier_invoice SI-000001: no pence, 1 entries",
        lines=2,
    ),
    Breaking(
        "billing",
        "debtors_are_the_open_bills",
        f"UPDATE entry_line SET school_urn = 900004 WHERE entry_id = {_RECEIPT} AND account = '1100'",
        "account 1100, school 900004: the ledger says -",
        lines=2,
    ),
    Breaking(
        "billing",
        "creditors_are_the_open_invoices",
        f"UPDATE entry_line SET supplier_id = '00000000-0000-4000-8000-000000000009'"
        f" WHERE entry_id = {_INVOICE} AND account = '2100'",
        "account 2100, supplier 00000000-0000-4000-8000-000000000009: the ledger says -",
        lines=2,
    ),
    Breaking(
        "billing",
        "net_clearing_is_what_waits",
        f"UPDATE entry_line SET account = '5110' WHERE entry_id = {_INVOICE} AND account = '5100'",
        "account 5100, all: the ledger says",
        also=("billing.vat_clearing_is_what_waits",),
    ),
    Breaking(
        "billing",
        "vat_clearing_is_what_waits",
        f"UPDATE entry_line SET account = '5100' WHERE entry_id = {_INVOICE} AND account = '5110'",
        "account 5110, all: the ledger says",
        also=("billing.net_clearing_is_what_waits",),
    ),
]


def _mail(key: str, state: str, digest_id: str = "NULL") -> str:
    """One mail, whose kind is what its key begins with."""
    return f"""
        INSERT INTO mail
            (key, kind, to_person_id, subject, text, state, queued_at, expires_at, due_at, sent_at, digest_id)
        VALUES ('{key}', split_part('{key}', ':', 1), '00000000-0000-4000-8000-000000000009', '', '', '{state}',
            now(), now(), now(), {"now()" if state == "sent" else "NULL"}, {digest_id});
    """


def _twice(event_type: str, key: str, body: str) -> str:
    """The same event in the place of two others."""
    return f"""
        UPDATE event_log SET type = '{event_type}', key = '{key}', body = '{body}'
        WHERE id IN (SELECT id FROM event_log WHERE type = 'OrderSubmitted' ORDER BY id LIMIT 2)
    """


DEADLINES = [
    Breaking(
        "orders",
        "reminders_are_given_once",
        _twice("ReceiptsOverdue", "purchase_order:1", '{"due_at": "2026-11-18T07:30:00Z", "school_urns": [900001]}'),
        "ReceiptsOverdue purchase_order:1 of 2026-11-18T07:30:00Z, school 900001: 2 times",
    ),
    Breaking(
        "orders",
        "reminders_are_given_once",
        _twice("RoundReminderDue", "round:1", '{"due_at": "2026-11-18T07:30:00Z"}'),
        "RoundReminderDue round:1 of 2026-11-18T07:30:00Z: 2 times",
    ),
    Breaking(
        "orders",
        "order_news_is_told",
        "UPDATE order_history SET at = now() WHERE at < now();"
        " DELETE FROM order_news; UPDATE order_history SET at = now() - interval '1 hour'"
        " WHERE id = (SELECT min(id) FROM order_history WHERE action = 'submitted')",
        "submitted at",
    ),
    Breaking(
        "orders",
        "order_news_is_told_once",
        "DELETE FROM order_history WHERE id = (SELECT min(id) FROM order_history WHERE action = 'submitted')",
        "told 1 times, happened 0 times",
    ),
]

GATEWAY = [
    Breaking(
        "gateway",
        "rows_agree_with_their_parents",
        "UPDATE session SET person_id = gen_random_uuid()",
        "there is no such person",
    ),
    Breaking(
        "gateway",
        "addresses_are_one_persons",
        "UPDATE person SET email = 'chair@people.example' WHERE name = 'Head'",
        "chair@people.example is the address of 2 people",
        also=("gateway.people_are_as_told_by_members",),
    ),
    Breaking(
        "gateway",
        "rows_agree_with_their_parents",
        _mail("digest", "sent")
        + _mail("part", "digested", "(SELECT mail_id FROM mail WHERE key = 'digest')")
        + "UPDATE mail SET to_person_id = gen_random_uuid() WHERE key = 'part'",
        "its mail says",
    ),
    Breaking(
        "gateway",
        "link_sessions_come_of_used_links",
        "UPDATE access_link SET used_at = NULL, used_by = NULL, used_from = NULL",
        "of a link that was never used",
    ),
    Breaking("gateway", "no_mail_is_a_dead_letter", _mail("lost", "failed"), "no worker could finish it"),
    Breaking(
        "gateway",
        "nobody_is_reminded_twice_a_day",
        _mail("round_reminder:1:2026-11-18T07:30:00Z:900001:x", "sent")
        + _mail("round_reminder:1:2026-11-18T07:31:00Z:900001:x", "sent"),
        "round_reminder:1:900001:x on ",
    ),
    Breaking(
        "gateway",
        "invitations_take_each_other_back",
        "INSERT INTO invitation SELECT gen_random_uuid(), convert_to(n::text, 'UTF8'), person_id, 'invitation', name,"
        " email, 'Ash Primary', NULL, 'Morgan', now(), now() + interval '1 day'"
        " FROM person, generate_series(1, 2) AS n WHERE name = 'Head'",
        "has 2 open invitations",
    ),
    Breaking(
        "gateway",
        "passwords_belong_to_people",
        "UPDATE credential SET person_id = gen_random_uuid(), changed_at = now() - interval '1 hour'",
        "nobody is person",
    ),
]


def _copy(consumer: str, name: str, producer: str, sql: str, said: str) -> Breaking:
    return Breaking(consumer, f"{name}_are_as_told_by_{producer}", sql, said)


COPIES = [
    _copy(
        "billing",
        "supplier_accounts",
        "members",
        "UPDATE supplier_account SET account_number = '87654321'",
        "87654321",
    ),
    _copy(
        "billing",
        "changing_accounts",
        "members",
        "UPDATE supplier_account_change SET step = 'confirmed'",
        "confirmed",
    ),
    _copy("gateway", "suppliers", "members", "UPDATE supplier SET email = 'x@y' WHERE name = 'oakdale'", "x@y"),
    *(
        _copy(
            part, "supplier_details", "members", "UPDATE supplier_details SET email = 'x@y' WHERE email ~ 'oa'", "x@y"
        )
        for part in ("orders", "billing")
    ),
    *(
        _copy(part, "alliance_details", "members", "UPDATE alliance SET email = 'x@y'", "x@y")
        for part in ("orders", "billing")
    ),
    *(
        _copy(part, "suppliers", "members", "UPDATE supplier SET name = 'X' WHERE name = 'oakdale'", "'X'")
        for part in ("catalogue", "orders", "billing")
    ),
    _copy(
        "orders", "schools", "members", "UPDATE school SET town = 'Dover' WHERE urn = 900001", "900001: orders keeps"
    ),
    _copy(
        "orders", "delivery_sites", "members", "UPDATE delivery_site SET main = NOT main WHERE main", "Main building"
    ),
    *(
        _copy(
            part,
            "pupil_counts",
            "members",
            "UPDATE pupil_count SET pupils = 1 WHERE school_urn = 900001 AND counted_on = '2025-10-01'",
            f"900001/2025-10-01: {part} keeps [1,",
        )
        for part in ("orders", "billing")
    ),
    _copy("billing", "schools", "members", "DELETE FROM school WHERE urn = 900004", "900004: billing keeps nothing"),
    _copy("gateway", "people", "members", "UPDATE person SET roles = '[]' WHERE name = 'Chair'", "'Chair'"),
    _copy("orders", "contracts", "catalogue", "UPDATE contract SET title = 'X' WHERE title = 'Toner'", "'X'"),
    _copy(
        "billing",
        "contracts",
        "catalogue",
        "UPDATE contract SET settlement = 'direct' WHERE title = 'Toner'",
        "'direct'",
    ),
    _copy("orders", "offers", "catalogue", "UPDATE offer SET tiers = '[]' WHERE sku = 'A4'", "orders keeps"),
    _copy("orders", "withdrawals", "catalogue", "UPDATE offer SET withdrawn = true WHERE sku = 'A4'", "keeps [True]"),
    _copy(
        "orders",
        "vat_exceptions",
        "catalogue",
        "UPDATE vat_exception SET certificate = 'X' WHERE offer_id IS NOT NULL",
        "'X'",
    ),
    _copy(
        "billing",
        "vat_of_drops",
        "orders",
        f"UPDATE drop_line SET vat_rate = 5 WHERE {_TONER_OF_ASH}",
        "billing keeps",
    ),
    _copy(
        "orders",
        "settlements",
        "billing",
        "UPDATE purchase_order SET settled_at = NULL WHERE number = 'PO-000004'",
        "orders keeps nothing",
    ),
    _copy(
        "billing",
        "closed_rounds",
        "orders",
        "UPDATE round SET closed_at = now() WHERE title = 'Autumn'",
        "billing keeps",
    ),
    _copy(
        "billing",
        "purchase_orders",
        "orders",
        "UPDATE purchase_order SET contract_id = gen_random_uuid() WHERE number = 'PO-000004'",
        "PO-000004",
    ),
    _copy(
        "billing",
        "purchase_order_lines",
        "orders",
        "UPDATE purchase_order_line SET net_pence = 1 WHERE sku = 'TONER'",
        "billing keeps [1, 2, 1, 12.505], orders told [1, 2, 2501, 12.505]",
    ),
    _copy(
        "billing",
        "drops",
        "orders",
        f"UPDATE drop_line SET net_pence = 1 WHERE {_TONER_OF_ASH}",
        "billing keeps [1, 2, 1, 1800002], orders told [1, 2, 2501, 1800002]",
    ),
    _copy(
        "billing",
        "answers",
        "orders",
        "UPDATE purchase_order SET answer = 'accepted' WHERE answer = 'rejected'",
        "billing keeps ['accepted'], orders told ['rejected']",
    ),
    _copy(
        "billing",
        "receipts",
        "orders",
        "INSERT INTO receipt_line (receipt_id, line_no, purchase_order_id, school_urn, supplier_id, quantity_received,"
        " recorded_at) SELECT gen_random_uuid(), line_no, purchase_order_id, school_urn, supplier_id, 0, now()"
        f" FROM drop_line WHERE {_TONER_OF_ASH}",
        "billing keeps [2, 2, 1800002], orders told [1, 2, 1800002]",
    ),
]

# Rows of one school that turn up under another, and what else falls with them.
STRAYS = [
    Breaking(
        "members",
        "log_has_no_gaps",
        "UPDATE event_log SET position = NULL WHERE type = 'PersonRecorded' AND body ->> 'name' = 'Head'",
        "follows position",
        also=("gateway.people_are_as_told_by_members",),
    ),
    Breaking(
        "orders",
        "rows_agree_with_their_parents",
        "UPDATE receipt_line SET school_urn = 900003 WHERE quantity_received = 38",
        "receipt_line of (receipt_id)",
        also=(
            "orders.nothing_is_accepted_beyond_the_order",
            "orders.receipts_add_up",
            "orders.receipts_are_told",
        ),
        lines=3,  # and the photo of it, and the answer to it
    ),
    Breaking(
        "orders",
        "drops_add_up_to_lines",
        f"DELETE FROM drop_line WHERE purchase_order_id = {_order(4)}",
        "PO-000004 line 1: 0 units and 0 pence in drops, 2 and 2501 on the line",
        also=(
            "orders.approved_lines_are_dropped",
            "orders.drops_are_told",
            "orders.nothing_is_spent_beyond_what_was_committed",
            "orders.rows_agree_with_their_parents",
            "orders.vat_of_drops_is_told",
        ),
    ),
    Breaking(
        "billing",
        "rows_agree_with_their_parents",
        f"UPDATE bill_line SET school_urn = 900004 WHERE bill_id = {_bill(2)}",
        "bill_line of (bill_id)",
        also=("billing.bill_lines_stand_on_matches", "billing.nothing_is_billed_unreceived"),
        lines=2,
    ),
    Breaking(
        "billing",
        "rows_agree_with_their_parents",
        f"UPDATE bill_receipt SET school_urn = 900003 WHERE bill_id = {_bill(2)}",
        "its bill says (900002)",
        also=("billing.debtors_are_the_open_bills", "billing.bank_matches_are_what_is_paid"),
    ),
    Breaking(
        "billing",
        "entries_balance",
        "DELETE FROM entry_line WHERE entry_id = (SELECT entry_id FROM entry WHERE document_number = 'B-000002')",
        "(B-000002): debits of 0 pence, credits of 0",
        also=(
            "billing.debtors_are_the_open_bills",
            "billing.documents_are_posted_once",
            "billing.net_clearing_is_what_waits",
            "billing.vat_clearing_is_what_waits",
        ),
    ),
]

_OF_BEECH = "school_urn = 900002 AND period_from"

SERVICES = [
    Breaking(
        "orders",
        "charges_follow_their_days",
        "UPDATE subscription_charge SET parts = jsonb_set(parts, '{0,quantity}', '41')"
        f" WHERE {_OF_BEECH} = '2026-10-01'",
        "SP-0001, school 900002, 2026-10-01: 16307 pence for 31 days, its parts say 16715 pence for 31 days",
    ),
    Breaking(
        "orders",
        "charges_are_of_their_subscription",
        "UPDATE subscription SET starts_on = '2026-09-02' WHERE school_urn = 900002",
        "SP-0001, school 900002: charged 2026-09-01 to 2026-09-30 of 2026-09-01 to 2026-09-30, joined 2026-09-02",
    ),
    Breaking(
        "orders",
        "days_are_charged_once",
        f"UPDATE subscription_charge SET period_to = '2026-10-01' WHERE {_OF_BEECH} = '2026-09-01'",
        "SP-0001, school 900002: 2026-10-01 to 2026-10-01 is charged twice as period",
    ),
    Breaking(
        "orders",
        "true_ups_settle_their_year",
        "UPDATE subscription_charge SET charged_pence = charged_pence - 1, net_pence = net_pence + 1"
        " WHERE kind = 'true_up'",
        "SP-0001, school 900001, year from 2026-09-01: 10520 pence taken off, 10521 charged before",
        also=("orders.service_orders_are_what_is_due",),
    ),
    Breaking(
        "orders",
        "service_orders_are_what_is_due",
        f"DELETE FROM subscription_charge WHERE {_OF_BEECH} = '2026-10-01'",
        "PO-000007, school 900002: ordered for 16307 pence, due were 15781 charged less 15781 ordered",
    ),
    Breaking(
        "orders",
        "entitlements_are_not_overdrawn",
        "UPDATE entitlement_use SET quantity = 3.5",
        "SP-0001, school 900002: 3.50 of adviser drawn in year 1, granted 3",
    ),
    Breaking(
        "orders",
        "subscription_plan_numbers_have_no_gaps",
        "UPDATE document_number SET last = last + 1 WHERE series = 'SP'",
        "the counter of SP stands at 2, the last number is 1",
    ),
]

APPROVALS = [
    Breaking(
        "members",
        "stand_ins_stand_in_for_approvers",
        "UPDATE person_role SET ends_on = '2026-02-01' FROM person WHERE person.person_id = person_role.person_id"
        " AND name = 'Deputy'",
        "who is no approver there by right",
        also=("members.people_are_told",),
    ),
    Breaking("members", "approval_limits_are_told", "UPDATE approval_limits SET second_above_pence = 7", ", 7]"),
    Breaking(
        "billing",
        "bill_amounts_are_told",
        _event("BillIssued", "{amounts,0,net_pence}", "7"),
        "pence VAT billed, 7 and",
        also=("orders.bill_amounts_are_as_told_by_billing",),
    ),
    Breaking(
        "orders",
        "orders_are_reserved_or_committed",
        f"UPDATE purchase_order SET round_id = {SPRING} WHERE number = 'PO-000002'",
        "PO-000002 was issued, and R-0003 is open",
        also=(
            "orders.rows_agree_with_their_parents",
            "orders.orders_are_told",
            "orders.orders_are_as_proved",
            "orders.approved_lines_are_dropped",
        ),
    ),
    Breaking(
        "orders",
        "nothing_is_spent_beyond_what_was_committed",
        "UPDATE bill_amount SET net_pence = 9000000 WHERE number = 'B-000001' AND purchase_order_id ="
        " (SELECT purchase_order_id FROM purchase_order WHERE number = 'PO-000003')",
        "PO-000003, school 900001, stationery: 8997640 pence billed, 48874 ordered",
        also=("orders.bill_amounts_are_as_told_by_billing",),
    ),
    Breaking(
        "orders",
        "nothing_is_spent_on_rejected_orders",
        "UPDATE purchase_order SET state = 'rejected' WHERE number = 'PO-000001'",
        "PO-000001 is rejected, and school 900001 was billed for it",
        also=("orders.answers_are_told", "orders.receipts_are_on_accepted_orders"),
    ),
    _copy(
        "orders",
        "approval_limits",
        "members",
        "UPDATE approval_limits SET limits = '[]'",
        "900004: orders keeps [[], 200000]",
    ),
    _copy("orders", "bill_amounts", "billing", "DELETE FROM bill_amount WHERE number = 'B-000001'", "keeps nothing"),
]

BREAKINGS = [
    *(*APPROVALS, *STRAYS, *EVERYWHERE, *CURSORS, *MEMBERS, *CATALOGUE),
    *(*ORDERS, *SERVICES, *DEADLINES, *BILLING, *CREDITS, *BOOKS, *GATEWAY, *COPIES),
]
