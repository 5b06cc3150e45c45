"""Ways to break what holds of a close and its proof: Toner is Ash's alone, A3 is shared by three schools."""

from typing import Final

_TONER = "close_line_id = (SELECT close_line_id FROM close_line WHERE sku = 'TONER')"
_A3 = "close_line_id = (SELECT close_line_id FROM close_line WHERE sku = 'A3')"
_WISH = "offer_id = (SELECT offer_id FROM close_line WHERE sku = 'TONER') AND school_urn = 900001"

# Name of the check, SQL, what is said, which other checks notice, and in how many lines it is said.
CLOSE_BREAKINGS: Final[tuple[tuple[str, str, str, tuple[str, ...], int], ...]] = (
    (
        "approved_lines_are_dropped",
        f"UPDATE order_line SET quantity = 3 WHERE {_WISH};UPDATE close_share SET firm = 3, granted = 3 WHERE {_TONER}",
        "round R-0002, school 900001, offer TONER: approved 3 units; in drops 2 units, 1 times",
        ("orders.proofs_add_up",),
        1,
    ),
    (
        "wishes_are_proved",
        f"UPDATE order_line SET flexible = 3 WHERE {_WISH}",
        "wished 2 and 3 flexible, the proof says 2 and 0",
        (),
        1,
    ),
    (
        "grants_have_their_reason",
        f"UPDATE close_share SET reason = 'pack_cut' WHERE {_TONER}",
        "TONER, school 900001: 2 units of 2 and 0 flexible, because of pack_cut",
        (),
        1,
    ),
    (
        "conditions_are_kept",
        f"UPDATE order_line SET max_unit_price = 1 WHERE {_WISH}",
        "TONER, school 900001: at most £1.0000 and at least 0 schools were asked, there were £12.5050 and 1",
        (),
        1,
    ),
    (
        "minimums_are_kept",
        f"UPDATE round_offer SET minimum_quantity = 3;UPDATE close_share SET firm = 3 WHERE {_TONER}",
        "TONER, school 900001: 2 units of 3 wished, from 3 at a time",
        ("orders.grants_have_their_reason", "orders.wishes_are_proved"),
        1,
    ),
    (
        "proofs_add_up",
        f"UPDATE close_line SET quantity = 3 WHERE {_TONER}",
        "TONER of round R-0002: 2 units and 2501 pence in shares, 3 and 2501 on the line",
        ("orders.orders_are_as_proved",),
        1,
    ),
    (
        "pennies_go_by_rank",
        f"UPDATE close_share SET net_pence = net_pence + school_urn - 900002 WHERE {_A3} AND school_urn <> 900002",
        "A3, school 900001: 8753 pence by weight 7 of 21, rank 1 of 2 pennies left over",
        (),
        2,
    ),
    (
        "packs_are_whole",
        f"UPDATE close_line SET pack = 3 WHERE {_TONER}",
        "TONER of round R-0002: 2 units in packs of 3",
        (),
        1,
    ),
    (
        "orders_are_as_proved",
        f"UPDATE close_line SET unit_price = 1 WHERE {_TONER}",
        "round R-0002, TONER: the proof says 2 units at £1.0000 for 2501 pence, the order 2 at £12.5050 for 2501",
        (),
        1,
    ),
    (
        "charges_are_the_contracts",
        """
        INSERT INTO close_line (round_id, contract_id, supplier_id, position, kind, sku, name, unit, vat_class,
            share_by, reason, pack, schools, firm, flexible, denied, unit_price, quantity, net_pence, weight, left_over)
        SELECT round_id, contract_id, supplier_id, 99, 'charge', 'EXTRA', 'Extra', 'C62', 'S', 'equal', 'due', 1, 1, 0,
            0, 0, 0, 1, 0, 0, 0
        FROM close_line WHERE sku = 'TONER'
        """,
        "EXTRA: 0 pence, because of due; the terms say nothing",
        (),
        1,
    ),
)
