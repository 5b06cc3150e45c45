"""Procurement rules, and the addresses under which the planner's calendar is read."""

from typing import Any

from sqlalchemy import Connection, text

from services.catalogue.domain.procurement import ProcurementRules, QuoteTier, Threshold

_VERSION = text("SELECT version FROM procurement_rules")
_THRESHOLDS = text("SELECT kind, commences_on, amount_pence FROM procurement_threshold ORDER BY commences_on, kind")
_TIERS = text("SELECT commences_on, from_pence, requirement FROM quote_tier ORDER BY commences_on, from_pence")
_CLEAR = (text("DELETE FROM procurement_threshold"), text("DELETE FROM quote_tier"))
_ADD_THRESHOLD = text("INSERT INTO procurement_threshold VALUES (:kind, :commences_on, :amount_pence)")
_ADD_TIER = text("INSERT INTO quote_tier VALUES (:commences_on, :from_pence, :requirement)")
_COUNT_UP = text("UPDATE procurement_rules SET version = version + 1")
_ADD_FEED = text("INSERT INTO planner_feed (feed_id, token_hash, made_by) VALUES (:feed_id, :token_hash, :made_by)")
_FEEDS = text("""
    SELECT feed_id::text, made_by, made_at FROM planner_feed WHERE revoked_at IS NULL ORDER BY made_at DESC, feed_id
""")
_REVOKE = text("""
    UPDATE planner_feed SET revoked_at = now(), revoked_by = :revoked_by
    WHERE feed_id = :feed_id AND revoked_at IS NULL RETURNING 1
""")
_OPENS = text("SELECT 1 FROM planner_feed WHERE token_hash = :token_hash AND revoked_at IS NULL")


def procurement_rules(connection: Connection) -> tuple[ProcurementRules, int]:
    """All rules and their version; none for an actor who may not see them."""
    thresholds = tuple(Threshold(**row._mapping) for row in connection.execute(_THRESHOLDS))
    tiers = tuple(QuoteTier(**row._mapping) for row in connection.execute(_TIERS))
    return ProcurementRules(thresholds, tiers), int(connection.execute(_VERSION).scalar_one_or_none() or 0)


def save_rules(connection: Connection, rules: ProcurementRules) -> None:
    """Write all rules in place of those that stand."""
    for statement in _CLEAR:
        connection.execute(statement)
    for threshold in rules.thresholds:
        values = {"kind": threshold.kind, "commences_on": threshold.commences_on}
        connection.execute(_ADD_THRESHOLD, {**values, "amount_pence": threshold.amount_pence})
    for tier in rules.quote_tiers:
        values = {"commences_on": tier.commences_on, "from_pence": tier.from_pence}
        connection.execute(_ADD_TIER, {**values, "requirement": tier.requirement})
    connection.execute(_COUNT_UP)


def add_feed(connection: Connection, feed_id: str, token_hash: bytes, made_by: str) -> None:
    """Open an address."""
    connection.execute(_ADD_FEED, {"feed_id": feed_id, "token_hash": token_hash, "made_by": made_by})


def open_feeds(connection: Connection) -> list[dict[str, Any]]:
    """The addresses that are not revoked, newest first: who made them and when."""
    return [dict(row._mapping) for row in connection.execute(_FEEDS)]


def revoke_feed(connection: Connection, feed_id: str, revoked_by: str) -> bool:
    """Close an address; whether it was open."""
    return connection.execute(_REVOKE, {"feed_id": feed_id, "revoked_by": revoked_by}).first() is not None


def feed_opens(connection: Connection, token_hash: bytes) -> bool:
    """Whether a token of this hash opens the calendar."""
    return connection.execute(_OPENS, {"token_hash": token_hash}).first() is not None
