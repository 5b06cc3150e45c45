"""VAT exceptions as the catalogue tells them, and what a round's offers carry for a school."""

import json
from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from chassis.actor import SERVICE
from contracts.vat import VatExceptions
from services.orders.domain.offer import RoundOffer
from services.orders.domain.round import Round
from services.orders.domain.vat import Taxed, taxed_otherwise
from services.orders.storage.round_offers import round_offers
from services.orders.storage.rounds import COLUMNS, round_from

_FIELDS = "offer_id, category_code, school_urn, vat_class, reduced, valid_from, valid_to, certificate, withdrawn"
_RECORD = text(f"""
    INSERT INTO vat_exception (exception_id, {_FIELDS})
    SELECT exception_id, {_FIELDS} FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(
        exception_id uuid, offer_id uuid, category_code text, school_urn integer, vat_class text, reduced boolean,
        valid_from date, valid_to date, certificate text, withdrawn boolean)
    ON CONFLICT (exception_id) DO UPDATE SET ({_FIELDS})
        = ({", ".join("excluded." + column for column in _FIELDS.split(", "))})
""")  # noqa: S608 -- column names of this module
_HOLDING = text(f"""
    SELECT {_FIELDS.replace("offer_id", "offer_id::text")} FROM vat_exception
    WHERE NOT withdrawn AND valid_from <= :on AND (valid_to IS NULL OR valid_to >= :on)
        AND (CAST(:urn AS integer) IS NULL OR school_urn IS NULL OR school_urn = CAST(:urn AS integer))
""")  # noqa: S608 -- column names of this module
_OF_SCHOOL = text(f"""
    SELECT {_FIELDS.replace("offer_id", "offer_id::text")} FROM vat_exception WHERE NOT withdrawn AND school_urn = :urn
""")  # noqa: S608 -- column names of this module
# In one sequence for all, and held against the close, which locks the round, and against the school's own people.
_SENT = text(f"""
    SELECT {COLUMNS}, o.school_urn, ARRAY(SELECT l.offer_id::text FROM order_line l
        WHERE l.round_id = o.round_id AND l.school_urn = o.school_urn) AS offer_ids
    FROM school_order o JOIN round r USING (round_id)
    WHERE r.state = 'open' AND o.state IN ('submitted', 'approved')
        AND (CAST(:urns AS integer[]) IS NULL OR o.school_urn = ANY (CAST(:urns AS integer[])))
    ORDER BY o.round_id, o.school_urn
    FOR NO KEY UPDATE OF o FOR KEY SHARE OF r
""")  # noqa: S608 -- column names of a neighbouring module
_RETURN = text("""
    WITH gone_back AS (
        UPDATE school_order SET state = 'returned', return_reason = :reason, version = version + 1, updated_at = :now,
            approved_by_id = NULL, approved_by = NULL, approved_at = NULL, approved_for_id = NULL,
            first_approved_by_id = NULL, first_approved_by = NULL, first_approved_for_id = NULL,
            first_approved_at = NULL
        WHERE round_id = :round_id AND school_urn = :urn
    )
    INSERT INTO order_history (round_id, school_urn, at, person, action, detail)
    VALUES (:round_id, :urn, :now, :by, 'returned', :reason)
""")


@dataclass(frozen=True, slots=True)
class SentOrder:
    """An order that waits for approval or for the close, with the ids of the offers in it."""

    round: Round
    urn: int
    offer_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Exception:
    """A row of the table."""

    offer_id: str | None
    category_code: str | None
    school_urn: int | None
    vat_class: str
    reduced: bool
    valid_from: date
    valid_to: date | None
    certificate: str
    withdrawn: bool


def record_exceptions(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the exceptions as told (bodies of VatExceptionRecorded)."""
    last = {body["exception_id"]: body for body in bodies}
    connection.execute(_RECORD, {"bodies": json.dumps(list(last.values()))})


def vat_exceptions(connection: Connection, on: date, urn: int | None = None) -> VatExceptions:
    """The exceptions that hold on a tax point, of one school or of all that the actor may see, and for everybody."""
    return VatExceptions((_Exception(*row) for row in connection.execute(_HOLDING, {"on": on, "urn": urn})), on)


class DatedRates:
    """The VAT that services carry for one school, whose exceptions change it from day to day."""

    def __init__(self, known: Sequence[_Exception], urn: int) -> None:
        self._known = known
        self._urn = urn
        self._changes = [each.valid_from for each in known]
        self._changes += [each.valid_to + timedelta(days=1) for each in known if each.valid_to is not None]

    def dearest(self, vat_class: str, category_code: str, first: date, last: date) -> Decimal:
        """The highest rate in per cent on any of these days, as far as is recorded."""
        days = {first, *(day for day in self._changes if first < day <= last)}
        return max(VatExceptions(self._known, day).of(vat_class, category_code, self._urn).rate(day) for day in days)


def dated_rates(connection: Connection, urn: int) -> DatedRates:
    """The VAT that services carry for a school."""
    return DatedRates([_Exception(*row) for row in connection.execute(_OF_SCHOOL, {"urn": urn})], urn)


def sent_orders(connection: Connection, urns: Collection[int] | None) -> list[SentOrder]:
    """The sent orders of these schools, or of all, in open rounds, held until the transaction ends."""
    rows = connection.execute(_SENT, {"urns": None if urns is None else list(urns)})
    return [SentOrder(round_from(row), row.school_urn, row.offer_ids) for row in rows]


def return_order(connection: Connection, order: SentOrder, reason: str, now: datetime) -> None:
    """Send an order back to its school; whatever was approved of it is void."""
    values = {"round_id": order.round.round_id, "urn": order.urn, "reason": reason, "now": now, "by": SERVICE.name}
    connection.execute(_RETURN, values)


def own_offers(connection: Connection, of: Round, urn: int) -> tuple[Mapping[str, RoundOffer], Taxed]:
    """The offers of a round with the VAT that they carry for a school, by id; and those of them that differ."""
    known = round_offers(connection, of)
    exceptions = vat_exceptions(connection, of.delivery_from, urn)
    different = taxed_otherwise(known.values(), exceptions, urn, of.delivery_from)
    return (ChainMap(dict(different), known) if different else known), different
