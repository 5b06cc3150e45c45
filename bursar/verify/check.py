"""One invariant of one database, and the SQL that recurs in them."""
# ruff: noqa: S608 -- names of tables and columns come from the checks' own modules

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold in one database.

    `holds` says what, in a sentence. `breaches` is a query of one text column: a row for each breach that says what
    is wrong, none where it holds. It may use `:head`, the number of events logged when the run began.
    """

    name: str
    holds: str
    breaches: str


@dataclass(frozen=True, slots=True)
class Link:
    """Rows of `child` name a row of `parent` by the columns `on`, and repeat its columns `same`.

    A column with another name in the parent is written "order_line_no = line_no". A child with a NULL there names none.
    """

    child: str
    parent: str
    on: tuple[str, ...]
    same: tuple[str, ...] = ()


def parents(links: Iterable[Link]) -> Check:
    """No row stands apart from its parent: it exists, and school, supplier and order are the same."""
    return Check(
        "rows_agree_with_their_parents",
        "Every row's parent exists, and no row's school, supplier or order differs from its parent's.",
        " UNION ALL ".join(strays(link) for link in links),
    )


def strays(link: Link) -> str:
    """The query for children of one link that have no parent, or say otherwise than it does."""
    pairs = [(child, parent or child) for child, _, parent in (name.partition(" = ") for name in link.on)]
    own = ", ".join(f"child.{child}" for child, _ in pairs)
    repeated = ", ".join(f"child.{name}" for name in link.same)
    parental = ", ".join(f"parent.{name}" for name in link.same)
    differs = f"OR ROW({repeated}) IS DISTINCT FROM ROW({parental})" if link.same else ""
    said = f"format('({', '.join(link.same)}) = %s, its {link.parent} says %s', ROW({repeated}), ROW({parental}))"
    return f"""
        SELECT format('{link.child} of ({", ".join(child for child, _ in pairs)}) = %s: ', ROW({own}))
            || CASE WHEN parent.{pairs[0][1]} IS NULL THEN 'there is no such {link.parent}'
                ELSE {said if link.same else "''"} END
        FROM {link.child} child
        LEFT JOIN {link.parent} parent ON {" AND ".join(f"parent.{to} = child.{by}" for by, to in pairs)}
        WHERE num_nulls({own}) = 0 AND (parent.{pairs[0][1]} IS NULL {differs})
    """


def gapless(series: str, table: str, column: str, *, of: str = "") -> Check:
    """The numbers of a series of documents run from 1 to its counter without a gap or a repeat.

    `of` is the query that they are read from, where that is not a table.
    """
    return Check(
        f"{table}_numbers_have_no_gaps",
        f"Numbers {series}-… of {table} run from 1 to their counter, without a gap.",
        f"""
        WITH given AS (
            SELECT substring({column} from '^{series}-([0-9]+)$')::bigint AS number FROM {of or table}
            WHERE {column} IS NOT NULL
        ), steps AS (
            SELECT number, lag(number, 1, 0::bigint) OVER (ORDER BY number) AS before FROM given
            WHERE number IS NOT NULL
        )
        SELECT format('{series} %s follows {series} %s', number, before) FROM steps WHERE number <> before + 1
        UNION ALL
        SELECT format('the counter of {series} stands at %s, the last number is %s', counter.last, used.last)
        FROM (SELECT coalesce(max(last), 0) AS last FROM document_number WHERE series = '{series}') counter,
            (SELECT coalesce(max(number), 0) AS last FROM given) used
        WHERE counter.last <> used.last
        UNION ALL
        SELECT format('%s of {table} is not a number {series}-…', {column}) FROM {of or table}
        WHERE {column} !~ '^{series}-[0-9]+$'
        """,
    )
