"""A supplier proposes a price list for its own contract; the alliance takes it over, or says why not."""

from typing import Any

from sqlalchemy import text

from tests.catalogue.actors import BOARD_MEMBER, BUYER, FENWRIGHT, KILN, MANAGER, user_of
from tests.catalogue.records import told
from tests.clients import Clients

LIST = b"SKU,Name,Unit,VAT,Price\nPAP-A4-80,Copier paper A4,boxes,S,11.90\n"


def propose(catalogue: Clients, contract: dict[str, Any], supplier_id: str = FENWRIGHT) -> Any:
    path = f"/contracts/{contract['contract_id']}/price-lists"
    client = catalogue("catalogue", user_of(supplier_id))
    return client.post(path, data=LIST, query_string={"name": "Spring"}, content_type="text/csv")


def test_a_proposal_changes_nothing_until_the_manager_takes_it_over(
    catalogue: Clients, contract: dict[str, Any], offer: dict[str, Any]
) -> None:
    made = propose(catalogue, contract)
    assert (made.status_code, made.json["proposed"], made.json["counts"]["changed"]) == (201, True, 1)
    before = len(told(catalogue, "OfferPublished"))
    path = f"/price-lists/{made.json['price_list_id']}"
    seller, manager = catalogue("catalogue", user_of(FENWRIGHT)), catalogue("catalogue", MANAGER)
    assert seller.post(f"{path}/apply", version=1).status_code == 403
    assert len(seller.get(f"{path}/lines").json["items"]) == 1
    assert [each["name"] for each in manager.get("/price-lists").json["items"]] == ["Spring"]

    own = f"/contracts/{contract['contract_id']}/price-lists"
    compared = manager.post(own, data=LIST, content_type="text/csv")
    assert seller.get(f"/price-lists/{compared.json['price_list_id']}").status_code == 404
    assert seller.get(path).status_code == 200

    assert len(told(catalogue, "OfferPublished")) == before
    assert manager.post(f"{path}/apply", version=1).json["state"] == "applied"
    assert told(catalogue, "OfferPublished")[-1]["tiers"] == [{"from_quantity": 1, "unit_price": "11.9000"}]
    assert seller.get(path).json["state"] == "applied"


def test_the_supplier_reads_why_its_list_is_declined(catalogue: Clients, contract: dict[str, Any]) -> None:
    made = propose(catalogue, contract)
    path, manager = f"/price-lists/{made.json['price_list_id']}", catalogue("catalogue", MANAGER)
    assert manager.post(f"{path}/decline", {"reason": ""}, version=1).status_code == 422
    assert catalogue("catalogue", BOARD_MEMBER).post(f"{path}/decline", {"reason": "X"}, version=1).status_code == 403
    declined = manager.post(f"{path}/decline", {"reason": "Not agreed until April"}, version=1)
    assert (declined.status_code, declined.json["state"]) == (200, "declined")
    assert manager.post(f"{path}/apply", version=2).json["code"] == "price_list_decided"
    (seen,) = catalogue("catalogue", user_of(FENWRIGHT)).get("/price-lists").json["items"]
    assert (seen["reason"], seen["declined_by"]) == ("Not agreed until April", MANAGER.name)


def test_no_other_supplier_sees_or_makes_one(catalogue: Clients, contract: dict[str, Any]) -> None:
    made = propose(catalogue, contract)
    assert propose(catalogue, contract, KILN).status_code == 404
    other = catalogue("catalogue", user_of(KILN))
    assert other.get("/price-lists").json["items"] == []
    assert other.get(f"/price-lists/{made.json['price_list_id']}").status_code == 404
    assert catalogue("catalogue", BUYER).get("/price-lists").status_code == 403
    database = catalogue.database("catalogue").database
    for actor, seen in ((user_of(KILN), 0), (BUYER, 0), (user_of(FENWRIGHT), 1)):
        with database.transaction(actor) as connection:
            assert connection.execute(text("SELECT count(*) FROM price_list")).scalar_one() == seen
            assert connection.execute(text("SELECT count(*) FROM price_list_line")).scalar_one() == seen
            assert connection.execute(text("UPDATE price_list SET state = 'applied'")).rowcount == 0
    again = propose(catalogue, contract)
    (left,) = catalogue("catalogue", user_of(FENWRIGHT)).get("/price-lists").json["items"]
    assert left["price_list_id"] == again.json["price_list_id"]
