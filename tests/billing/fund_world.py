"""A partnership fund: members with dated pupils, a year's budget, and the governors who answer."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from chassis.actor import SERVICE, Actor
from services.billing.usecases.settle_bank_lines import Part, Settlement, settle
from tests.billing.world import ASH, BEECH, CEDAR, MANAGER, NAMES, World, answered

_ACCOUNT = """
    INSERT INTO bank_account (bank_account_id, account, name, purpose, ledger_code)
    VALUES (gen_random_uuid(), 'FUND', 'Fund', 'fund', '1250') ON CONFLICT DO NOTHING
"""
_STATEMENT = """
    INSERT INTO bank_statement (bank_statement_id, account, sha256, lines, imported_by)
    VALUES (:statement, 'FUND', :hash, 1, 'Mags Field')
"""
_LINE = """
    INSERT INTO bank_line (bank_line_id, bank_statement_id, account, booked_on, amount_pence, currency, counterparty,
        reference, fingerprint, state, explanation)
    VALUES (CAST(:line AS uuid), :statement, 'FUND', '2026-11-20', :pence, 'GBP', '', '', CAST(:line AS text), 'new',
        '')
"""
PUPILS = {ASH: 153, BEECH: 352, CEDAR: 1247}
EVIDENCE = {"governor": "Ada Byron", "decided_on": "2026-11-19", "minute_reference": "FGB 19.11.26, item 7"}
PAYMENT = {
    "line_no": 1,
    "pay_on": "2026-11-23",
    "payee": "Kent Safeguarding Trust",
    "purpose": "Autumn network meeting",
    "evidence": "Invoice KST-118",
    "amount_pence": 25_000,
}
YEAR = {
    "title": "Partnership fund 2026–27",
    "from_on": "2026-09-01",
    "to_on": "2027-08-31",
    "basis_on": "2026-09-30",
    "answer_by": "2027-01-29",
    "lines": [
        {"name": "Safeguarding network", "amount_pence": 400_000},
        {"name": "Shared training days", "amount_pence": 200_000},
    ],
    "caps": [{"school_urn": CEDAR, "cap_pence": 400_000}],
}


def governor_of(urn: int) -> Actor:
    """A governor of one school."""
    return Actor("school", f"00000000-0000-4000-8000-0000a{urn:07d}", "Ada Byron", frozenset({"governor"}), urn)


def members_with_pupils(
    pupils: Mapping[int, int], counted_on: str = "2026-01-15", **more: Any
) -> list[tuple[str, dict[str, Any]]]:
    """What members tells of schools with their census counts."""
    return [
        (
            "SchoolRecorded",
            {
                "urn": urn,
                "name": NAMES.get(urn, f"School {urn}"),
                "joined_on": "2024-09-01",
                "left_on": None,
                "town": "Herne Bay",
                "postcode": "CT6 5AA",
                "pupils": count,
                "pupils_on": counted_on,
                "pupils_source": "school census",
                **more,
            },
        )
        for urn, count in pupils.items()
    ]


class Fund:
    """The fund of a world, as the manager and the governors work with it."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.tell(*members_with_pupils(PUPILS))

    def drafted(self, **changed: Any) -> dict[str, Any]:
        """A draft of the year."""
        return answered(self.world.a(MANAGER).post("/fund-years", {**YEAR, **changed}), 201)

    def act(self, year: Mapping[str, Any], act: str, sent: Any = None, status: int = 200) -> dict[str, Any]:
        """What the manager does to a year, as it was when the manager saw it."""
        headers = {"If-Match": f'"{year["version"]}"'}
        return answered(
            self.world.a(MANAGER).post(f"/fund-years/{year['fund_year_id']}/{act}", sent or {}, headers=headers), status
        )

    def proposed(self, **changed: Any) -> dict[str, Any]:
        """A year of which the schools were asked."""
        return self.act(self.drafted(**changed), "propose")

    def shown(self, year: Mapping[str, Any], actor: Actor = MANAGER) -> dict[str, Any]:
        """The year as somebody sees it."""
        return answered(self.world.a(actor).get(f"/fund-years/{year['fund_year_id']}"))

    def contribution(self, year: Mapping[str, Any], urn: int) -> dict[str, Any]:
        """One school's contribution as its governor sees it."""
        return dict(self.shown(year, governor_of(urn))["contributions"][0])

    def decide(self, year: Mapping[str, Any], urn: int, decision: str = "confirmed", **changed: Any) -> dict[str, Any]:
        """A school's governors answer."""
        found = self.contribution(year, urn)
        return answered(self.answer(found, governor_of(urn), decision, **changed))

    def answer(self, contribution: Mapping[str, Any], actor: Actor, decision: str = "confirmed", **changed: Any) -> Any:
        """Somebody answers for the governors of a contribution."""
        address = f"/fund-contributions/{contribution['fund_contribution_id']}/decision"
        sent = {"decision": decision, **EVIDENCE, **changed}
        return self.world.a(actor).put(address, sent, headers={"If-Match": f'"{contribution["version"]}"'})

    def pay_out(self, year: Mapping[str, Any], **changed: Any) -> Any:
        """The manager notes a payment out of the fund."""
        return self.world.a(MANAGER).post(f"/fund-years/{year['fund_year_id']}/payments", {**PAYMENT, **changed})

    def withdraw(self, payment: Mapping[str, Any]) -> Any:
        """The manager takes a payment back."""
        address = f"/fund-payments/{payment['fund_payment_id']}/withdraw"
        return self.world.a(MANAGER).post(address, {"why": "Entered twice."})

    def bank(self, *moved: tuple[str, str, str, int, int | None]) -> None:
        """A line of the fund's bank account for each (kind, document, number, pence, school), matched to it."""
        statement = str(uuid4())
        with self.world.database.database.transaction(SERVICE) as connection:
            connection.execute(text(_ACCOUNT))
            connection.execute(text(_STATEMENT), {"statement": statement, "hash": statement.encode()})
            for kind, document_id, number, pence, urn in moved:
                line = str(uuid4())
                connection.execute(text(_LINE), {"statement": statement, "line": line, "pence": pence})
                part = Part(kind, document_id or None, number, pence, school_urn=urn)
                settle(
                    connection, [Settlement(line, date(2026, 11, 20), pence, "fund", [part], "person")], "Mags Field"
                )
