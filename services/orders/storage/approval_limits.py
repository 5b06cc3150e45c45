"""Each school's own approval limits, as members last announced them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

_RECORD = text("""
    INSERT INTO approval_limits (school_urn, limits, second_above_pence)
    SELECT * FROM jsonb_to_recordset(CAST(:bodies AS jsonb))
        AS b(school_urn integer, limits jsonb, second_above_pence bigint)
    ON CONFLICT (school_urn) DO UPDATE SET (limits, second_above_pence)
        = (excluded.limits, excluded.second_above_pence)
""")


def record_limits(connection: Connection, bodies: Sequence[Mapping[str, Any]]) -> None:
    """Keep the limits as announced (bodies of ApprovalLimitsRecorded); of several of one school the last counts."""
    last = {body["school_urn"]: body for body in bodies}
    connection.execute(_RECORD, {"bodies": json.dumps(list(last.values()))})
