"""Reading and writing how many pupils schools had, and when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from services.members.domain.pupil_count import PupilCount
from services.members.storage.tables import pupil_count


def counts_of(connection: Connection, urn: int) -> Sequence[PupilCount]:
    """A school's counts, the newest first; one without a day last."""
    return counts_of_schools(connection, [urn]).get(urn, [])


def counts_of_schools(connection: Connection, urns: Collection[int]) -> dict[int, list[PupilCount]]:
    """The counts of these schools by URN, the newest first; one without a day last."""
    query = (
        select(pupil_count.c.school_urn, pupil_count.c.counted_on, pupil_count.c.pupils, pupil_count.c.source)
        .where(pupil_count.c.school_urn.in_(list(urns)))
        .order_by(pupil_count.c.counted_on.desc().nulls_last())
    )
    found: dict[int, list[PupilCount]] = {}
    for urn, *count in connection.execute(query):
        found.setdefault(urn, []).append(PupilCount(*count))
    return found


def save_counts(connection: Connection, counts: Mapping[int, PupilCount]) -> None:
    """Write one count of each school, over the one of the same day if there is one."""
    if not counts:
        return
    statement = insert(pupil_count)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[pupil_count.c.school_urn, pupil_count.c.counted_on],
            set_={"pupils": statement.excluded.pupils, "source": statement.excluded.source},
        ),
        [{"school_urn": urn, **asdict(count)} for urn, count in counts.items()],
    )
