"""Read the proof of a close: as totals for every member, and school by school for whoever may see the school."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.orders.domain.errors import RoundNotClosed
from services.orders.domain.proof import ProofLine, ProofShare
from services.orders.domain.round import Round
from services.orders.storage import proof, rounds


@dataclass(frozen=True, slots=True)
class ProvedShare:
    """A school's part of a line, with the row that names school, offer and supplier."""

    row: Row[Any]
    line: ProofLine
    share: ProofShare


@dataclass(frozen=True, slots=True)
class ProofView:
    """A closed round with the lines of its proof as totals."""

    round: Round
    lines: Sequence[tuple[Row[Any], ProofLine]]


@dataclass(frozen=True, slots=True)
class ProofStream:
    """A closed round with every share that the actor may see, `count` of them, read while they are sent."""

    round: Round
    count: int
    shares: Iterator[ProvedShare]


def get_proof(database: Database, actor: Actor, round_id: str) -> ProofView:
    """The totals of every offer and charge. Raises NotFound, RoundNotClosed."""
    with database.transaction(actor) as connection:
        found = _closed_round(connection, round_id)
        return ProofView(found, [(row, _line(row)) for row in proof.proof_lines(connection, round_id)])


def get_line_shares(database: Database, actor: Actor, round_id: str, position: int) -> tuple[Round, list[ProvedShare]]:
    """Who got what of one line, and why; a school sees itself only. Raises NotFound, RoundNotClosed."""
    with database.transaction(actor) as connection:
        found = _closed_round(connection, round_id)
        shares = proof.shares_of_line(connection, round_id, position)
    if not shares:
        raise NotFound("There is no such line in the proof.")
    return found, [_share(row) for row in shares]


def get_school_shares(database: Database, actor: Actor, round_id: str, urn: int) -> tuple[Round, list[ProvedShare]]:
    """What one school got of every line, and why; nothing of another school. Raises NotFound, RoundNotClosed."""
    if actor.kind == "school" and actor.school_urn != urn:
        raise NotFound("There is no such proof.")
    with database.transaction(actor) as connection:
        found = _closed_round(connection, round_id)
        if not proof.knows_school(connection, urn):
            raise NotFound("No school of the alliance has this URN.")
        return found, [_share(row) for row in proof.shares_of_school(connection, round_id, urn)]


def stream_shares(database: Database, actor: Actor, round_id: str) -> ProofStream:
    """Every share that the actor may see. Raises NotFound, RoundNotClosed before it begins."""
    with database.transaction(actor) as connection:
        found, count = _closed_round(connection, round_id), proof.count_shares(connection, round_id)

    def shares() -> Iterator[ProvedShare]:
        with database.transaction(actor) as connection:
            position, line = None, None
            for row in proof.all_shares(connection, round_id):
                if line is None or row.position != position:
                    position, line = row.position, _line(row)
                yield _share(row, line)

    return ProofStream(found, count, shares())


def _closed_round(connection: Connection, round_id: str) -> Round:
    found = rounds.find_round(connection, round_id)
    if found is None:
        raise NotFound("There is no such round.")
    if found.closed_at is None:
        raise RoundNotClosed("There is a proof once the round is closed.")
    return found


def _line(row: Row[Any]) -> ProofLine:
    return ProofLine(
        kind=row.kind,
        share_by=row.share_by,
        reason=row.line_reason,
        pack=row.pack,
        schools=row.schools,
        firm=row.line_firm,
        flexible=row.line_flexible,
        denied=row.denied,
        unit_price=row.unit_price,
        quantity=row.quantity,
        net_pence=row.line_net_pence,
        weight=row.line_weight,
        left_over=row.left_over,
    )


def _share(row: Row[Any], line: ProofLine | None = None) -> ProvedShare:
    share = ProofShare(
        firm=row.firm,
        flexible=row.flexible,
        granted=row.granted,
        reason=row.reason,
        denied_unit_price=row.denied_unit_price,
        denied_schools=row.denied_schools,
        max_unit_price=row.max_unit_price,
        min_schools=row.min_schools,
        weight=row.weight,
        rank=row.rank,
        net_pence=row.net_pence,
    )
    return ProvedShare(row, line or _line(row), share)
