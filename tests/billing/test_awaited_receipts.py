"""What was received and not invoiced, and invoices that wait for receipts and have them chased."""

from datetime import UTC, date, datetime, timedelta

from chassis.actor import SERVICE
from services.billing.domain.chasing import latest_chase
from services.billing.storage.uninvoiced import received_not_invoiced, sums_not_invoiced
from services.billing.usecases.chase_receipts import chase_receipts
from tests.billing.world import ASH, BEECH, BOARD, CEDAR, MANAGER, Line, Order, World, answered, buyer_of


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_chases_come_by_working_days_over_weekends_and_bank_holidays() -> None:
    came = date(2026, 12, 22)  # a Tuesday; 25 and 28 December are bank holidays
    assert latest_chase(came, at("2026-12-24T07:29:00")) is None
    assert latest_chase(came, at("2026-12-24T07:30:00")) == at("2026-12-24T07:30:00")
    assert latest_chase(came, at("2026-12-31T07:29:00")) == at("2026-12-24T07:30:00")
    assert latest_chase(came, at("2026-12-31T07:30:00")) == at("2026-12-31T07:30:00")
    assert latest_chase(date(2026, 6, 1), at("2026-06-03T06:30:00")) == at("2026-06-03T06:30:00")  # summer time


def test_schools_are_asked_for_what_an_invoice_waits_for_once_a_turn_and_after_a_long_night(world: World) -> None:
    order = Order([Line({ASH: 40, BEECH: 30, CEDAR: 20})])
    world.tell(*order.events())
    world.tell(order.receipt(ASH))
    world.invoiced(order)
    now = datetime.now(UTC)
    database = world.database.database
    assert chase_receipts(database, now) == []
    later = now + timedelta(days=8)
    assert chase_receipts(database, later) == ["SI-000001"]
    assert chase_receipts(database, later) == []
    (event,) = world.rows("SELECT body FROM event_log WHERE type = 'InvoiceAwaitsReceipts'")
    assert [school["school_urn"] for school in event.body["schools"]] == [BEECH, CEDAR]
    assert event.body["schools"][0]["purchase_orders"][0]["number"] == order.number
    world.tell(order.receipt(BEECH))
    much_later = now + timedelta(days=60)
    assert chase_receipts(database, much_later) == ["SI-000001"]
    awaited = answered(world.a(BOARD).get("/awaited-receipts"))["items"]
    assert [(each["school_urn"], each["times"], each["net_pence"]) for each in awaited] == [(CEDAR, 2, 21900)]
    world.tell(order.receipt(CEDAR))
    assert chase_receipts(database, much_later + timedelta(days=60)) == []
    assert answered(world.a(MANAGER).get("/awaited-receipts"))["items"] == []


def test_a_shared_line_waits_for_everybody_who_ordered_of_it_once(world: World) -> None:
    order = Order([Line({ASH: 40, BEECH: 30, CEDAR: 20}), Line({BEECH: 4, CEDAR: 4}, "5.0000")])
    world.tell(*order.events(), order.receipt(ASH))
    shared = {"order_line_no": 1, "quantity": 81, "unit_price": "10.9500", "net_pence": 88695, "vat_class": "S"}
    own = {"order_line_no": 2, "quantity": 4, "unit_price": "5.0000", "net_pence": 2000, "vat_class": "S"}
    sent = {"lines": [shared, own | {"school_urn": CEDAR}], "net_pence": 90695, "vat_pence": 18139}
    answered(world.invoice(order, **sent, gross_pence=108834), 201)
    awaited = answered(world.a(BOARD).get("/awaited-receipts"))["items"]
    part = {urn: round(88695 * units / 90) for urn, units in ((BEECH, 30), (CEDAR, 20))}
    assert [(each["school_urn"], each["net_pence"]) for each in awaited] == [
        (BEECH, part[BEECH]),
        (CEDAR, part[CEDAR] + 2000),
    ]
    assert [[one["number"] for one in each["orders"]] for each in awaited] == [[order.number]] * 2


def test_what_is_received_and_not_invoiced_is_listed_at_the_price_of_the_order_with_its_age(world: World) -> None:
    order = Order([Line({ASH: 40, BEECH: 30}, unit_price="2.3333"), Line({CEDAR: 3}, "10.0000", "Z")])
    world.tell(*order.events())
    world.tell(order.receipt(ASH), order.receipt(CEDAR))
    later = ("ReceiptRecorded", order.receipt(BEECH)[1] | {"recorded_at": "2026-12-20T10:00:00Z"})
    world.tell(later)
    lines = [{"order_line_no": 1, "quantity": 50, "unit_price": "2.3333", "net_pence": 11667, "vat_class": "S"}]
    sent = {"lines": lines, "net_pence": 11667, "vat_pence": 2333, "gross_pence": 14000, "issue_date": "2027-01-04"}
    answered(world.invoice(order, **sent), 201)
    path = "/received-not-invoiced?on="
    assert answered(world.a(MANAGER).get(f"{path}2026-11-21"))["items"] == []
    before = answered(world.a(MANAGER).get(f"{path}2026-12-31"))
    assert [(line["school_urn"], line["quantity"], line["net_pence"], line["days"]) for line in before["items"]] == [
        (ASH, 40, 9333, 39),
        (BEECH, 30, 7000, 11),
        (CEDAR, 3, 3000, 39),
    ]
    assert [line["vat_pence"] for line in before["items"]] == [1867, 1400, 0]
    everything = {(row["by"], row["key"]): row for row in before["sums"]}
    assert everything["all", ""]["net_pence"] == 19333
    assert everything["all", ""]["up_to_60_pence"] == 12333
    assert everything["school", str(BEECH)]["oldest_on"] == "2026-12-20"
    assert {by for by, _ in everything} == {"all", "supplier", "contract", "school"}
    # invoiced on 4 January: 50 of the first line, shared as the schools ordered
    after = answered(world.a(MANAGER).get(f"{path}2027-01-31"))["items"]
    assert sum(line["quantity"] for line in after if line["line_no"] == 1) == 20
    with world.database.database.transaction(SERVICE) as connection:
        on = date(2026, 12, 31)
        assert sum(row.net_pence for row in received_not_invoiced(connection, on)) == 19333
        assert sums_not_invoiced(connection, date(2026, 1, 1))[0].net_pence == 0
    table = world.a(MANAGER).get("/received-not-invoiced.csv?on=2026-12-31").get_data(as_text=True)
    assert table.splitlines()[1].startswith("PO-000001,Fenwright Paper,Paper,Ash Primary School,")
    assert world.a(MANAGER).get("/received-not-invoiced.xlsx?on=2026-12-31").status_code == 200


def test_a_school_reads_neither_list(world: World) -> None:
    for path in ("/awaited-receipts", "/received-not-invoiced"):
        assert world.a(buyer_of(ASH)).get(path).status_code == 403
