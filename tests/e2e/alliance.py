"""A small alliance of the test's own: some schools, a supplier, a paper contract, and a person in every seat."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.e2e.api import Api, Refused
from tests.e2e.patience import eventually
from tests.e2e.stack import Stack

PASSWORD = "correct horse battery staple 7"
PAPER = {
    "name": "Copier paper A4, 80 g",
    "description": "Box of five reams",
    "unit": "XBX",
    "tiers": [
        {"from_quantity": 1, "unit_price": "12.5000"},
        {"from_quantity": 50, "unit_price": "11.8000"},
        {"from_quantity": 100, "unit_price": "10.9500"},
    ],
}
NAMES = ("Oak Street Primary", "Elm Park School", "Ash Hill Junior", "Fir Tree Infant", "Yew Lodge School")
TWELVE_NAMES = (
    *NAMES,
    "Beech Grove Primary",
    "Birch Lane Infant",
    "Hazel Bank Junior",
    "Holly Road School",
    "Larch Rise Primary",
    "Maple Court Academy",
    "Willow Brook Primary",
)


@dataclass(frozen=True)
class School:
    """A school and the two people who act for it."""

    urn: int
    name: str
    buyer: str
    approver: str


@dataclass
class Alliance:
    """Who and what a story is about; `api(email)` is that person signed in to `/api/v1`."""

    stack: Stack
    manager: str
    schools: list[School]
    supplier_id: str
    supplier_user: str
    contract: dict[str, Any]
    offers: dict[str, dict[str, Any]]
    _apis: dict[str, Api] = field(default_factory=dict)

    def offer(self, sku: str, told: dict[str, Any]) -> None:
        """Publish one more offer of the contract."""
        offer = _offer(self.api(self.manager), self.contract, sku, told)
        self.offers[offer["name"]] = offer

    def api(self, email: str) -> Api:
        """That person, signed in (once a story)."""
        if email not in self._apis:
            self.stack.caught_up()
            self._apis[email] = Api(self.stack.url, email, PASSWORD)
        return self._apis[email]


def found_alliance(stack: Stack, first_urn: int, names: Sequence[str] = NAMES) -> Alliance:
    """Set up an alliance of schools with these names through the public API, as its first manager would.

    URNs count up from `first_urn`.
    """
    mark = uuid4().hex[:8]
    manager = f"manager-{mark}@alliance.example"
    stack.add_person("Morgan Manager", manager, PASSWORD, role="alliance_manager")
    stack.caught_up()
    api = Api(stack.url, manager, PASSWORD)
    schools = [_join(stack, api, first_urn + index, name, mark) for index, name in enumerate(names)]
    supplier = api.post("/suppliers", {"name": f"Fenwright Paper {mark}", "email": f"sales-{mark}@fenwright.example"})
    supplier_user = f"desk-{mark}@fenwright.example"
    _employ(stack, api, "Sales desk", supplier_user, "supplier_user", supplier_id=supplier["supplier_id"])
    contract = _agree(api, supplier["supplier_id"], mark)
    offer = _offer(api, contract, f"PAP-{mark}", PAPER)
    alliance = Alliance(
        stack,
        manager,
        schools,
        supplier["supplier_id"],
        supplier_user,
        contract,
        {offer["name"]: offer},
        {manager: api},
    )
    for school in schools:
        alliance.api(school.buyer), alliance.api(school.approver)
    alliance.api(supplier_user)
    return alliance


def _join(stack: Stack, api: Api, urn: int, name: str, mark: str) -> School:
    api.put(
        f"/schools/{urn}",
        {
            "name": name,
            "phase": "primary",
            "type_code": "1",
            "la_code": "886",
            "establishment_number": "2001",
            "low_age": 4,
            "high_age": 11,
            "pupils": 210,
            "pupils_on": "2026-10-01",
            "pupils_source": "autumn census",
            "postcode": "CT1 1AA",
            "town": "Canterbury",
            "joined_on": "2026-09-01",
            "left_on": None,
        },
        version=0,
    )
    school = School(urn, name, f"office-{urn}-{mark}@school.example", f"head-{urn}-{mark}@school.example")
    _employ(stack, api, f"Office of {name}", school.buyer, "school_buyer", school_urn=urn)
    _employ(stack, api, f"Head of {name}", school.approver, "school_approver", school_urn=urn)
    return school


def _employ(stack: Stack, api: Api, name: str, email: str, role: str, **seat: Any) -> None:
    held = {"role": role, "school_urn": None, "supplier_id": None, "starts_on": "2026-09-01", "ends_on": None, **seat}
    person = api.post("/people", {"name": name, "email": email, "roles": [held]})
    stack.set_password(person["person_id"], PASSWORD)


def _agree(api: Api, supplier_id: str, mark: str) -> dict[str, Any]:
    category = "stationery"
    if category not in {item["code"] for item in api.get("/categories")["items"]}:
        api.post("/categories", {"code": category, "name": "Stationery", "cpv": "30192000-1", "ledger_code": "E19"})
    contract: dict[str, Any] = eventually(
        lambda: api.post(
            "/contracts",
            {
                "supplier_id": supplier_id,
                "title": f"Paper {mark}",
                "reference": f"C-{mark}",
                "category_code": category,
                "settlement": "recharge",
                "starts_on": "2026-09-01",
                "ends_on": "2028-08-31",
            },
        ),
        failing_with=Refused,
    )
    return contract


def _offer(api: Api, contract: dict[str, Any], sku: str, told: dict[str, Any]) -> dict[str, Any]:
    offer: dict[str, Any] = api.post(
        "/offers",
        {
            "contract_id": contract["contract_id"],
            "category_code": contract["category_code"],
            "sku": sku,
            "pack_size": 1,
            "vat_class": "S",
            "phases": [],
            **told,
        },
    )
    return offer
