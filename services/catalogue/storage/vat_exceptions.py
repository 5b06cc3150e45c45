"""Reading and writing VAT exceptions."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import Connection, text

from services.catalogue.domain.vat import VatException

_COLUMNS = (
    "exception_id::text, offer_id::text, category_code, school_urn, vat_class, reduced, valid_from, valid_to,"
    " certificate, supplier_id::text, withdrawn, version"
)
_ALL = text(f"SELECT {_COLUMNS} FROM vat_exception ORDER BY valid_from DESC, exception_id")  # noqa: S608
_NAMED = text(f"""
    SELECT e.*, coalesce(o.name, c.name) AS about FROM (SELECT {_COLUMNS} FROM vat_exception) e
    LEFT JOIN offer o ON o.offer_id = CAST(e.offer_id AS uuid) LEFT JOIN category c ON c.code = e.category_code
    ORDER BY e.valid_from DESC, e.exception_id
""")  # noqa: S608
_FIND = text(f"SELECT {_COLUMNS} FROM vat_exception WHERE exception_id = :exception_id")  # noqa: S608
_SAVE = text("""
    INSERT INTO vat_exception (exception_id, offer_id, category_code, school_urn, supplier_id, vat_class, reduced,
        valid_from, valid_to, certificate, withdrawn, version)
    VALUES (:exception_id, :offer_id, :category_code, :school_urn, :supplier_id, :vat_class, :reduced,
        :valid_from, :valid_to, :certificate, :withdrawn, :version)
    ON CONFLICT (exception_id) DO UPDATE SET (offer_id, category_code, school_urn, supplier_id, vat_class, reduced,
        valid_from, valid_to, certificate, withdrawn, version) = (excluded.offer_id, excluded.category_code,
        excluded.school_urn, excluded.supplier_id, excluded.vat_class, excluded.reduced, excluded.valid_from,
        excluded.valid_to, excluded.certificate, excluded.withdrawn, excluded.version)
""")


def all_exceptions(connection: Connection) -> Sequence[VatException]:
    """Every exception that the actor may see, the latest first."""
    return [VatException(**row._mapping) for row in connection.execute(_ALL)]


def named_exceptions(connection: Connection) -> list[tuple[VatException, str]]:
    """Every exception that the actor may see, the latest first, each with the name of its offer or category."""
    return [(VatException(*row[:-1]), row.about) for row in connection.execute(_NAMED)]


def find_exception(connection: Connection, exception_id: str) -> VatException | None:
    """One exception."""
    row = connection.execute(_FIND, {"exception_id": exception_id}).one_or_none()
    return None if row is None else VatException(**row._mapping)


def save_exception(connection: Connection, exception: VatException) -> VatException:
    """Insert or overwrite it; returns it with its version counted up."""
    saved = replace(exception, version=exception.version + 1)
    connection.execute(_SAVE, asdict(saved))
    return saved
