"""The roles of one person as rows of a form: each with its first and last day, and one more to be added."""

from collections.abc import Mapping
from typing import Any

from contracts.digits import as_whole
from contracts.roles import ROLE_SEATS
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed

NEW = "new"


class RoleRows:
    """What was sent of a person's roles, in the order in which the members service answers faults about them."""

    def __init__(
        self,
        sent: Mapping[str, str],
        faults: Faults,
        *,
        school_urn: int | None = None,
        supplier_id: str | None = None,
    ) -> None:
        """`school_urn` or `supplier_id` is the one place of all the roles, on a school's or supplier's own page."""
        self._typed = Typed(sent, faults)
        self._sent = sent
        self._faults = faults
        self._school_urn = school_urn
        self._supplier_id = supplier_id
        rows = [row for number in range(_count(sent)) if (row := self._row(str(number))) is not None]
        if self._sent.get(f"role-{NEW}"):
            rows.append((NEW, self._new()))
        rows.sort(key=lambda row: _order(row[1]))
        self.roles = [role for _, role in rows]
        self.fields = {
            f"roles.{index}.{name}": f"{field}-{number}"
            for index, (number, _) in enumerate(rows)
            for name, field in (
                ("role", "role"),
                ("starts_on", "starts_on"),
                ("ends_on", "ends_on"),
                ("school_urn", "school_urn"),
                ("supplier_id", "supplier_id"),
            )
        }

    def _row(self, number: str) -> tuple[str, dict[str, Any]] | None:
        if self._sent.get(f"gone-{number}"):
            return None
        urn, supplier_id = self._sent.get(f"school_urn-{number}", ""), self._sent.get(f"supplier_id-{number}", "")
        return number, self._dated(number, self._sent.get(f"role-{number}", ""), as_whole(urn), supplier_id or None)

    def _new(self) -> dict[str, Any]:
        """The added role, at the school or supplier that its seat needs."""
        role = self._sent[f"role-{NEW}"]
        kind = ROLE_SEATS.get(role)
        urn, supplier_id = self._school_urn, self._supplier_id
        if kind == "school" and urn is None:
            urn = self._typed.number(f"school_urn-{NEW}", "the school at which the role is held")
        if kind == "supplier" and supplier_id is None:
            supplier_id = self._typed.text(f"supplier_id-{NEW}", "the supplier for whom the role is held")
        return self._dated(NEW, role, urn if kind == "school" else None, supplier_id if kind == "supplier" else None)

    def _dated(self, number: str, role: str, urn: int | None, supplier_id: str | None) -> dict[str, Any]:
        starts_on = self._typed.day(f"starts_on-{number}", "the first day")
        ends_on = self._typed.day(f"ends_on-{number}", "the last day", needed=False)
        return {
            "role": role,
            "school_urn": urn,
            "supplier_id": supplier_id,
            "starts_on": "" if starts_on is None else starts_on.isoformat(),
            "ends_on": None if ends_on is None else ends_on.isoformat(),
        }


def role_row(sent: Mapping[str, str], role: Mapping[str, Any], number: int, place: str) -> dict[str, Any]:
    """A role as a row of the form: as it stands, or as it was `sent` when the form is shown again."""
    return {
        **role,
        "number": number,
        "place": place,
        "starts_on": sent.get(f"starts_on-{number}", role["starts_on"]),
        "ends_on": sent.get(f"ends_on-{number}", role["ends_on"]),
        "gone": bool(sent.get(f"gone-{number}")),
    }


def _count(sent: Mapping[str, str]) -> int:
    """How many rows the form had: numbered from 0 without a gap."""
    number = 0
    while f"role-{number}" in sent:
        number += 1
    return number


def _order(role: dict[str, Any]) -> tuple[str, str, int, str]:
    """As the members service puts a person's roles in order."""
    return role["starts_on"], role["role"], role["school_urn"] or 0, role["supplier_id"] or ""
