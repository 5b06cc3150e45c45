"""What billing answers about the ledger, its months and its chart of accounts."""

from typing import Any

Json = dict[str, Any]

ENTRY = "00000bb0-0000-4000-8000-000000000001"
JOURNAL = "00000bb0-0000-4000-8000-000000000003"
REVERSAL = "00000bb0-0000-4000-8000-000000000002"
INVOICE = "000000c0-0000-4000-8000-000000000002"
ADJUSTMENT = "00000bb0-0000-4000-8000-000000000003"
IMPORT = "00000bb0-0000-4000-8000-000000000004"
MONTH = "2026-09"
ACCRUAL = "accrual:000000b0-0000-4000-8000-000000000001"
SEEN = "2026-10-02T09:14:00Z"

_POINTS = (
    ("bank_lines_unmatched", "blocking", "Bank lines that are not matched to anything"),
    ("lines_to_decide", "blocking", "Invoice lines held for a reason that nobody has decided on"),
    ("adjustments_unposted", "blocking", "Accruals and prepayments that are not posted"),
    ("events_parked", "blocking", "Messages from other parts that could not be taken in"),
    ("lines_disputed", "warning", "Invoice lines in dispute, or whose credit is asked for"),
)


def a_month(state: str = "open", **found: int) -> Json:
    """September 2026; by name of a point of the checklist, how many things are open."""
    posted = {
        "adjustment_id": ADJUSTMENT,
        "number": "AD-000001",
        "kind": "accrual",
        "document_id": "000000b0-0000-4000-8000-000000000002",
        "document_number": "PO-000002",
        "description": "Received on PO-000002 by 30 September 2026 and not invoiced",
        "pence": 4310,
        "posted_by": "Morgan Manager",
        "posted_at": SEEN,
        "undone_by": None,
        "undone_at": None,
        "stale": False,
    }
    proposed = {
        "key": ACCRUAL,
        "kind": "accrual",
        "document_id": ACCRUAL.partition(":")[2],
        "document_number": "PO-000001",
        "description": "Received on PO-000001 by 30 September 2026 and not invoiced",
        "pence": 55845,
    }
    changes = [
        {
            "version": 1,
            "state": "closed",
            "changed_at": SEEN,
            "changed_by": "Morgan Manager",
            "why": "Seen with the board",
            "open_points": [{"name": "lines_disputed", "count": 1, "pence": 1200}],
        }
    ]
    return {
        "month": f"{MONTH}-01",
        "state": state,
        "version": 1 if state == "closed" else 0,
        "over": True,
        "latest_closed": state == "closed",
        "checklist": [
            {
                "name": name,
                "severity": severity,
                "says": says,
                "count": found.get(name, 0),
                "pence": found.get(name, 0) * 1200,
                "open": bool(found.get(name)),
            }
            for name, severity, says in _POINTS
        ],
        "proposals": [proposed] if "adjustments_unposted" in found else [],
        "adjustments": [posted],
        "changes": changes if state == "closed" else [],
    }


def _posting(number: str, debit: int, credit: int) -> Json:
    return {
        "entry_id": ENTRY,
        "number": number,
        "line_no": 1,
        "kind": "supplier_invoice",
        "document_id": INVOICE,
        "document_number": "SI-000002",
        "posted_on": "2026-10-01",
        "dated_on": "2026-09-28",
        "description": "Invoice INV-0042 on PO-000001",
        "school_urn": None,
        "supplier_id": "5a5a0000-0000-4000-8000-000000000001",
        "party": "Fenwright Paper",
        "debit_pence": debit,
        "credit_pence": credit,
    }


def _entry(entry_id: str, kind: str, **others: str) -> Json:
    line = {"line_no": 1, "account": "2100", "account_name": "Supplier creditors", "school_urn": None}
    line |= {"supplier_id": None, "party": "Fenwright Paper", "debit_pence": 0, "credit_pence": 44676}
    clearing = line | {"line_no": 2, "account": "5100", "account_name": "Recharge clearing, net", "party": ""}
    none = {"reverses_entry_id": None, "reverses_number": None, "reverses_kind": None}
    none |= {"reversed_entry_id": None, "reversed_number": None}
    return {
        **{name: _posting("J-000002", 0, 44676)[name] for name in ("number", "document_id", "document_number")},
        "entry_id": entry_id,
        "kind": kind,
        "posted_on": "2026-10-01",
        "dated_on": "2026-09-28",
        "description": "Invoice INV-0042 on PO-000001",
        "posted_by": "Sal Mercer",
        "posted_at": SEEN,
        "lines": [line, clearing | {"debit_pence": 44676, "credit_pence": 0}],
        **none,
        **others,
    }


def _report(name: str, title: str, why: str, rows: list[Json], *columns: tuple[str, str, str]) -> Json:
    told = [{"key": key, "label": label, "kind": kind, "added": kind == "money"} for key, label, kind in columns]
    sums = {key: sum(row[key] for row in rows) for key, _, kind in columns if kind == "money"}
    section = {"title": title, "note": "", "chart": None, "why": why, "columns": told, "rows": rows, "sums": sums}
    return {"name": name, "title": title, "sentence": f"{title} at a glance.", "sections": [section]}


def a_journal(state: str = "proposed", **more: Any) -> Json:
    """A journal that a manager proposed by hand."""
    line = {"line_no": 1, "account": "5200", "account_name": "Bank charges", "debit_pence": 1250, "credit_pence": 0}
    other = {"line_no": 2, "account": "5100", "account_name": "Recharge clearing, net"}
    none = dict.fromkeys(f"{act}_{what}" for act in ("decided", "reversed") for what in ("by", "at", "why"))
    none |= dict.fromkeys(f"{which}_{what}" for which in ("takes_back", "taken_back_by") for what in ("id", "number"))
    return {
        "manual_journal_id": JOURNAL,
        "number": "MJ-000001",
        "dated_on": "2026-10-12",
        "why": "Written off: the supplier has closed",
        "pence": 1250,
        "state": state,
        "proposed_by": "Morgan Manager",
        "proposed_at": SEEN,
        **none,
        "version": 1,
        "lines": [line, other | {"debit_pence": 0, "credit_pence": 1250}],
        "may_approve": state == "proposed",
        **more,
    }


def of_ledger() -> dict[tuple[str, str], Json]:
    """The reports of the ledger, an account, two entries, the months, the chart and a sheet that changes it."""
    bands = (("party", "School", "text"), ("current", "Not due", "money"), ("to_30", "1–30 days", "money"))
    owed = {"party": "Elm Park Academy", "current": 44676, "to_30": 1200}
    line = {"code": "5200", "name": "Bank charges", "kind": "expense", "cfr_code": "E22", "academies_code": None}
    line |= {"by_hand": True}
    rows = [("added", []), ("changed", ["CFR: none becomes E22"]), ("refused", ["Name is missing."])]
    counts = {"added": 1, "changed": 1, "unchanged": 0, "refused": 1}
    years = (("school", "School", "text"), ("bill", "Bill", "text"), ("next_pence", "Next year", "money"))
    year = {"why": "000000d0-0000-4000-8000-000000000001", "school": "Elm Park Academy", "bill": "B-000001"}
    control = (("party", "School or supplier", "text"), ("ledger_pence", "Ledger", "money"))
    page = {"account": "2100", "name": "Supplier creditors", "opening_pence": 0, "closing_pence": -44676}
    return {
        ("billing", "/entries"): page | {"items": [_posting("J-000002", 0, 44676)], "next": None},
        ("billing", f"/entries/{ENTRY}"): _entry(ENTRY, "supplier_invoice"),
        ("billing", f"/entries/{REVERSAL}"): _entry(
            REVERSAL, "reversal", reverses_entry_id=ENTRY, reverses_number="J-000002", reverses_kind="supplier_invoice"
        ),
        ("billing", "/reports/aged-debt"): _report(
            "aged-debt", "Aged debt", "ledger", [owed | {"why": "1100:910002"}], *bands
        ),
        ("billing", "/reports/aged-credit"): _report(
            "aged-credit",
            "Aged credit",
            "ledger",
            [owed | {"why": "2100:5a5a0000-0000-4000-8000-000000000001"}],
            *bands,
        ),
        ("billing", "/reports/control-accounts"): _report(
            "control-accounts",
            "Control accounts",
            "ledger",
            [{"why": "1100:910002", "party": "Elm Park Academy", "ledger_pence": 44676}],
            *control,
        ),
        ("billing", "/reports/school-years"): _report(
            "school-years", "Bills over two financial years", "bill", [year | {"next_pence": 3300}], *years
        ),
        ("billing", "/periods"): {
            "items": [
                {"month": "2026-10-01", "state": "open", "version": 0, "changed_at": None, "changed_by": None},
                {"month": "2026-09-01", "state": "closed", "version": 1, "changed_at": SEEN, "changed_by": "Morgan"},
            ],
            "next": None,
            "year_begins_in": 4,
            "year_version": 1,
        },
        ("billing", f"/periods/{MONTH}"): a_month(adjustments_unposted=1, lines_disputed=2),
        ("billing", "/periods/2026-08"): a_month("closed", lines_disputed=1) | {"month": "2026-08-01"},
        ("billing", "/manual-journals"): {"items": [a_journal(), a_journal("declined")], "next": None},
        ("billing", f"/manual-journals/{JOURNAL}"): a_journal(),
        ("billing", "/chart-of-accounts"): {
            "items": [
                line,
                line
                | {"code": "stationery", "name": "Stationery", "kind": "category", "cfr_code": "E19", "by_hand": False},
            ],
            "next": None,
        },
        ("billing", f"/chart-imports/{IMPORT}"): {
            "chart_import_id": IMPORT,
            "filename": "chart.csv",
            "sent_by": "Morgan Manager",
            "sent_at": SEEN,
            "applied_by": None,
            "applied_at": None,
            "version": 1,
            "counts": counts,
            "rows": [
                {"line": at, "code": f"52{at}0", "name": "Charges", "outcome": outcome, "details": details}
                for at, (outcome, details) in enumerate(rows, 2)
            ],
        },
    }
