"""What suppliers do about themselves in the life that `bursar verify` looks at: bank details, a school, a link."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from chassis.actor import SERVICE, Actor
from gateway.usecases.open_links import open_order
from services.members.usecases.change_bank_details import put_in_force
from tests.backends import ServiceDatabase

Do = Callable[..., Any]

_A_WEEK_AGO = text("""
    UPDATE supplier_bank_details SET proposed_at = proposed_at - interval '7 days',
        confirmed_at = confirmed_at - interval '7 days', effective_on = effective_on - 7
""")
_LINK = text("SELECT link FROM mail WHERE kind = 'purchase_order_link' ORDER BY mail_id LIMIT 1")


def change_bank_details(
    members: ServiceDatabase, do: Do, manager: Actor, desk: Actor, supplier: dict[str, Any], urn: int
) -> None:
    """A school becomes a supplier; the manager proposes an account that another one's desk confirms; it counts."""
    own = {"name": "school staff", "email": "staff@trade.example", "school_urn": urn}
    do("members", manager, "POST", "/suppliers", own)
    whole = {name: supplier[name] for name in ("name", "email", "vat_number")}
    told = whole | {"telephone": "01632 960101"}
    do("members", manager, "PUT", f"/suppliers/{supplier['supplier_id']}", told, version=1)
    path = f"/suppliers/{supplier['supplier_id']}/bank-details"
    numbers = {"sort_code": "200000", "account_number": "55779911"}
    made = do("members", manager, "POST", path, {"account_name": "Fenwright", **numbers})
    do("members", desk, "POST", f"{path}/{made['bank_details_id']}/confirm", numbers, version=1)
    with members.database.transaction(SERVICE) as connection:
        connection.execute(_A_WEEK_AGO)
    assert put_in_force(members.database) == 1
    other = numbers | {"account_number": "12345678", "account_name": "Fenwright"}
    do("members", replace(manager, name="Second"), "POST", path, other)


def open_an_order(gateway: ServiceDatabase) -> None:
    """Somebody without an account opens the first order by the link in its mail."""
    with gateway.database.transaction(SERVICE) as connection:
        link = connection.execute(_LINK).scalar_one()
    open_order(gateway.database, link.removeprefix("/link/"), "Petra", address="127.0.0.1")
