"""The close of a round: one computation over its orders, which the preview shows and the close writes.

Orders that take part are the approved ones of schools that are members on the day. What each line is granted is summed
for each offer, the sum chooses the tier, units × price is rounded once (half up), and that net is shared over the
schools by largest remainder, ties to the lowest URN: the same shares as `contracts.allocation.allocate` gives. Charges
are shared in the same way, by what their contract says.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from contracts.vat import VatExceptions, VatTreatment
from services.orders.domain.packs import SINGLE_ARTICLE
from services.orders.domain.sharing import Share
from services.orders.storage.closing_wishes import MEMBER

# A hundred thousand lines are sorted and hashed in memory, and never looped through: where statistics are older than a
# rush of orders, the planner takes loops within loops for cheap.
_PLANNING = "SET LOCAL work_mem = '64MB'; SET LOCAL enable_nestloop = off"
_WISHED = f"""
    wished AS (
        SELECT l.offer_id, l.school_urn, l.quantity AS firm, l.flexible, coalesce(g.granted, l.quantity) AS granted,
            coalesce(g.reason, 'as_wished') AS reason, coalesce(g.reason LIKE 'condition%', false) AS is_denied,
            g.denied_unit_price, g.denied_schools, l.max_unit_price, l.min_schools
        FROM order_line l
        JOIN school_order o ON o.round_id = l.round_id AND o.school_urn = l.school_urn
        JOIN school s ON s.urn = l.school_urn
        LEFT JOIN closing_grant g ON g.offer_id = l.offer_id AND g.school_urn = l.school_urn
        WHERE l.round_id = :round_id AND o.state = 'approved' AND {MEMBER}
    )
"""  # noqa: S608 -- assembled from these modules

_CREATE = """
    CREATE TEMPORARY TABLE closing_line (
        position integer PRIMARY KEY, kind text, contract_id uuid, supplier_id uuid, offer_id uuid, sku text,
        name text, unit text, vat_class text, category_code text, ledger_code text, share_by text, reason text,
        pack integer, schools integer, firm bigint, flexible bigint, denied bigint, unit_price numeric(12, 4),
        quantity bigint, net_pence bigint, weight bigint, order_no integer, line_no integer, left_over integer
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE closing_share (
        position integer, school_urn integer, firm integer, flexible integer, granted integer, reason text,
        denied_unit_price numeric(12, 4), denied_schools integer, max_unit_price numeric(12, 4), min_schools integer,
        weight bigint, remainder bigint, rank integer, net_pence bigint, vat_class text, vat_reduced boolean,
        vat_certificate text
    ) ON COMMIT DROP
"""
_PRICE = text(f"""
    WITH {_WISHED}, total AS (
        SELECT offer_id, count(*) FILTER (WHERE NOT is_denied) AS schools,
            coalesce(sum(firm) FILTER (WHERE NOT is_denied), 0) AS firm,
            coalesce(sum(flexible) FILTER (WHERE NOT is_denied), 0) AS flexible,
            coalesce(sum(firm) FILTER (WHERE is_denied), 0) AS denied, sum(granted) AS quantity
        FROM wished GROUP BY offer_id
    )
    INSERT INTO closing_line
    SELECT row_number() OVER (ORDER BY c.title, f.contract_id, f.supplier_id, f.category_name, f.name, f.sku,
            f.offer_id),
        'goods', f.contract_id, f.supplier_id, f.offer_id, f.sku, f.name, f.unit, f.vat_class, f.category_code,
        f.ledger_code, 'units', 'tier', CASE f.unit WHEN :single THEN f.pack_size ELSE 1 END, total.schools,
        total.firm, total.flexible, total.denied, tier.unit_price, total.quantity,
        round(total.quantity * tier.unit_price * 100), total.quantity
    FROM total
    JOIN round_offer f ON f.round_id = :round_id AND f.offer_id = total.offer_id
    LEFT JOIN contract c ON c.contract_id = f.contract_id
    JOIN round_tier tier ON tier.round_id = :round_id AND tier.offer_id = total.offer_id
        AND total.quantity >= tier.applies_from AND total.quantity < tier.applies_below
""")  # noqa: S608
_DROP_GOODS = text("""
    UPDATE closing_line SET reason = 'minimum_dropped', quantity = 0, net_pence = 0, weight = 0
    WHERE contract_id = ANY (CAST(:contract_ids AS uuid[]))
""")
# bigint where the product fits, because numeric takes twice as long. URNs have six digits: the largest
# remainder and then the lowest URN are one number to sort by.
_SHARE = text(f"""
    WITH {_WISHED}, weighed AS (
        SELECT line.position, w.school_urn, w.firm, w.flexible, w.denied_unit_price, w.denied_schools,
            w.max_unit_price, w.min_schools,
            CASE WHEN line.reason = 'minimum_dropped' THEN 0 ELSE w.granted END AS granted,
            CASE WHEN line.reason = 'minimum_dropped' AND w.granted > 0 THEN 'minimum_dropped' ELSE w.reason
                END AS reason,
            nullif(line.quantity, 0) AS whole, line.net_pence AS total,
            line.net_pence < 9000000000000000000 / greatest(line.quantity, 1) AS fits
        FROM wished w JOIN closing_line line USING (offer_id)
    ), cut AS (
        SELECT weighed.*,
            CASE WHEN fits THEN total * granted / whole ELSE div(total::numeric * granted, whole)::bigint END AS share,
            CASE WHEN fits THEN total * granted % whole ELSE mod(total::numeric * granted, whole)::bigint
                END AS remainder
        FROM weighed
    ), ranked AS (
        SELECT cut.*, row_number() OVER whole_line AS rank, total - sum(share) OVER whole_line AS left_over
        FROM cut
        WINDOW whole_line AS (PARTITION BY position ORDER BY school_urn - remainder * 1000000
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    )
    INSERT INTO closing_share
    SELECT position, school_urn, firm, flexible, granted, reason, denied_unit_price, denied_schools,
        max_unit_price, min_schools, granted, coalesce(remainder, 0), CASE WHEN granted > 0 THEN rank END,
        coalesce(share + CASE WHEN rank <= left_over THEN 1 ELSE 0 END, 0)
    FROM ranked
""")  # noqa: S608
_CONTRACTS = text("""
    SELECT line.contract_id::text, line.supplier_id::text, coalesce(max(c.title), '') AS contract_title,
        coalesce(max(s.name), '') AS supplier_name, coalesce(terms.terms, '{}') AS terms,
        coalesce(terms.minimum_choice, r.minimum_choice) AS minimum_choice,
        sum(line.quantity)::bigint AS units, sum(line.net_pence)::bigint AS goods_pence
    FROM closing_line line JOIN round r ON r.round_id = :round_id
    LEFT JOIN round_contract terms ON terms.round_id = :round_id AND terms.contract_id = line.contract_id
    LEFT JOIN contract c ON c.contract_id = line.contract_id
    LEFT JOIN supplier s ON s.supplier_id = line.supplier_id
    GROUP BY line.contract_id, line.supplier_id, terms.terms, terms.minimum_choice, r.minimum_choice
    ORDER BY 3, 1, 2
""")
_GOODS = text("""
    SELECT line.contract_id::text, share.school_urn, sum(share.net_pence)::bigint AS value,
        sum(share.granted)::bigint AS units, coalesce(s.pupils, 0) AS pupils
    FROM closing_share share JOIN closing_line line USING (position) JOIN school s ON s.urn = share.school_urn
    WHERE share.granted > 0
    GROUP BY line.contract_id, share.school_urn, s.pupils
""")
# A charge is booked where most of the goods are that it came with.
_ADD_CHARGE = text("""
    WITH charge AS (
        INSERT INTO closing_line
        SELECT (SELECT max(position) + 1 FROM closing_line), 'charge', contract_id, supplier_id, NULL, :code, :name,
            :single, :vat_class, category_code, ledger_code, :share_by,
            :reason, 1, cardinality(CAST(:schools AS integer[])), 0, 0, 0, :net_pence / 100.0, 1, :net_pence, :weight
        FROM closing_line WHERE contract_id = :contract_id AND kind = 'goods'
        ORDER BY net_pence DESC, position LIMIT 1
        RETURNING position
    )
    INSERT INTO closing_share
    SELECT charge.position, share.urn, 0, 0, 0, 'charged', NULL, NULL, NULL, NULL, share.weight,
        share.remainder, share.rank, share.net_pence
    FROM charge, unnest(CAST(:schools AS integer[]), CAST(:weights AS bigint[]), CAST(:remainders AS bigint[]),
        CAST(:ranks AS integer[]), CAST(:nets AS bigint[])) AS share(urn, weight, remainder, rank, net_pence)
""")
# Lines of a purchase order: its goods, then its charges. What the cut-off remainders add up to was left over in pence.
# `order_no` stands for the order in this transaction: sorting lines by its two uuids takes longer.
_NUMBER = text("""
    UPDATE closing_line SET order_no = ordered.order_no, line_no = ordered.line_no,
        left_over = coalesce(ordered.left_over, 0)
    FROM (
        SELECT line.position, dense_rank() OVER (ORDER BY line.contract_id, line.supplier_id) AS order_no,
            CASE WHEN line.net_pence > 0 OR line.kind = 'goods' AND line.quantity > 0 THEN
            row_number() OVER (PARTITION BY line.contract_id, line.supplier_id,
                line.net_pence > 0 OR line.kind = 'goods' AND line.quantity > 0
            ORDER BY line.kind DESC, line.position) END AS line_no,
            shared.remainders / nullif(line.weight, 0) AS left_over
        FROM closing_line line LEFT JOIN (
            SELECT position, sum(remainder) AS remainders FROM closing_share GROUP BY position
        ) shared USING (position)
    ) ordered
    WHERE closing_line.position = ordered.position
""")
_SUBJECTS = text("SELECT position, offer_id::text, category_code, vat_class FROM closing_line")
# A share says its VAT only where it is not the line's; what is for everybody stands under no school.
_CARRY = text("""
    WITH carried AS (
        SELECT * FROM unnest(CAST(:positions AS integer[]), CAST(:schools AS integer[]), CAST(:classes AS text[]),
            CAST(:reduced AS boolean[]), CAST(:certificates AS text[])) AS c(position, urn, class, reduced, certificate)
    )
    UPDATE closing_share share SET vat_class = carried.class, vat_reduced = carried.reduced,
        vat_certificate = carried.certificate
    FROM carried
    WHERE carried.position = share.position AND (carried.urn = share.school_urn OR carried.urn IS NULL
        AND (share.position, share.school_urn) NOT IN (SELECT position, urn FROM carried WHERE urn IS NOT NULL))
""")

_ORDERS = text("""
    WITH net AS (
        SELECT position, vat_class, false AS reduced, net_pence FROM closing_line WHERE line_no IS NOT NULL
        UNION ALL
        SELECT position, line.vat_class, false, -share.net_pence
        FROM closing_share share JOIN closing_line line USING (position) WHERE share.vat_class IS NOT NULL
        UNION ALL
        SELECT position, vat_class, vat_reduced, net_pence FROM closing_share WHERE vat_class IS NOT NULL
    )
    SELECT line.contract_id::text, line.supplier_id::text, coalesce(c.title, '') AS contract_title,
        coalesce(s.name, '') AS supplier_name, net.vat_class, net.reduced, sum(net.net_pence)::bigint AS net_pence
    FROM net JOIN closing_line line USING (position)
    LEFT JOIN contract c ON c.contract_id = line.contract_id
    LEFT JOIN supplier s ON s.supplier_id = line.supplier_id
    WHERE line.line_no IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6
    ORDER BY 3, 1, 2, 5, 6
""")
_LINES = text("""
    SELECT contract_id::text, supplier_id::text, line_no, kind, offer_id::text, sku, name, unit, vat_class, share_by,
        reason, pack, schools, firm, flexible, denied, unit_price, quantity, net_pence
    FROM closing_line ORDER BY contract_id, supplier_id, line_no, position
""")
_SCHOOLS = text("""
    SELECT share.school_urn, s.name AS school_name, sum(share.net_pence)::bigint AS net_pence,
        coalesce(sum(share.net_pence) FILTER (WHERE line.kind = 'charge'), 0)::bigint AS charges_pence,
        sum(share.granted)::bigint AS units,
        count(DISTINCT line.contract_id) FILTER (WHERE share.granted > 0) AS drops,
        count(*) FILTER (WHERE share.reason LIKE 'condition%') AS lines_denied,
        count(*) FILTER (WHERE share.reason = 'pack_cut') AS lines_cut,
        count(*) FILTER (WHERE share.reason = 'minimum_dropped') AS lines_dropped,
        count(*) FILTER (WHERE share.reason = 'flexible_used') AS lines_flexed
    FROM closing_share share JOIN closing_line line USING (position) JOIN school s ON s.urn = share.school_urn
    GROUP BY share.school_urn, s.name ORDER BY s.name, share.school_urn
""")


_CARRIED = ("positions", "schools", "classes", "reduced", "certificates")


class Closing:
    """The tables of one computation of a close, kept for the rest of the transaction.

    `today` is the day of the close. Only the kind `service` can count all schools' lines. Its steps come in the order
    in which they stand here; `services.orders.usecases.compute_close` takes them.
    """

    def __init__(self, connection: Connection, round_id: str, today: date) -> None:
        self.connection = connection
        self.values: dict[str, Any] = {"round_id": round_id, "today": today}
        connection.exec_driver_sql(_PLANNING)
        connection.exec_driver_sql(_CREATE)

    def price_goods(self) -> None:
        """Sum what is granted of each offer, and price it at the tier that the sum reaches."""
        self.connection.execute(_PRICE, {**self.values, "single": SINGLE_ARTICLE})

    def contracts(self) -> Sequence[Row[Any]]:
        """Each contract with goods: its names, terms, `minimum_choice`, units and goods_pence."""
        return self.connection.execute(_CONTRACTS, self.values).all()

    def drop_goods(self, contract_ids: Sequence[str]) -> None:
        """Order nothing under these contracts, because they are below their minimum."""
        self.connection.execute(_DROP_GOODS, {"contract_ids": list(contract_ids)})

    def share_goods(self) -> None:
        """Share the net of every line over the schools."""
        self.connection.execute(_SHARE, self.values)

    def goods(self) -> Sequence[Row[Any]]:
        """By contract and school, what charges are shared by: value (pence), units, pupils."""
        return self.connection.execute(_GOODS, self.values).all()

    def add_charge(self, charge: Mapping[str, Any], shares: Sequence[Share]) -> None:
        """Add a charge (contract_id, code, name, vat_class, share_by, reason, net_pence) with its shares."""
        columns = {
            "schools": [share.urn for share in shares],
            "weights": [share.weight for share in shares],
            "remainders": [share.remainder for share in shares],
            "ranks": [share.rank for share in shares],
            "nets": [share.net_pence for share in shares],
        }
        weight = sum(share.weight for share in shares)
        self.connection.execute(_ADD_CHARGE, {**charge, **columns, "weight": weight, "single": SINGLE_ARTICLE})

    def number_lines(self) -> None:
        """Number the lines of each purchase order, once all are known."""
        self.connection.execute(_NUMBER)

    def carry_vat(self, exceptions: VatExceptions) -> None:
        """Note what each share carries for its school, where that is not what the line says."""
        columns: dict[str, list[Any]] = {name: [] for name in _CARRIED}
        for line in self.connection.execute(_SUBJECTS):
            usual, urns = VatTreatment(line.vat_class), exceptions.urns(line.category_code, line.offer_id)
            for urn in urns:
                carried = exceptions.of(line.vat_class, line.category_code, urn, line.offer_id)
                if carried != usual or None in urns:  # what is for everybody may not be for this school
                    row = (line.position, urn, carried.vat_class, carried.reduced, carried.certificate)
                    for name, value in zip(_CARRIED, row, strict=True):
                        columns[name].append(value)
        if columns["positions"]:
            self.connection.execute(_CARRY, columns)

    def orders(self) -> Sequence[Row[Any]]:
        """For each purchase order and VAT the net in pence: contract, supplier, vat_class, reduced, net_pence."""
        return self.connection.execute(_ORDERS).all()

    def lines(self) -> Sequence[Row[Any]]:
        """Every offer that was wished and every charge, as totals; `line_no` is None where nothing is ordered."""
        return self.connection.execute(_LINES).all()

    def schools(self) -> Sequence[Row[Any]]:
        """Each school's units, money in pence, drops, and how many of its lines were not simply granted."""
        return self.connection.execute(_SCHOOLS).all()
