"""Every form of a purchase order's documents, made from the same order."""

import zipfile
from io import BytesIO
from typing import Final

from services.orders.api.delivery_papers import delivery_paper
from services.orders.api.order_pdf import called, order_pdf
from services.orders.api.order_xlsx import order_xlsx
from services.orders.domain.issued_order import IssuedOrder
from services.orders.domain.order_document import Progress, Rendered
from services.orders.domain.peppol_order import order_documents

XML: Final = "application/xml"
ZIP: Final = "application/zip"
_WHEN: Final = (2020, 1, 1, 0, 0, 0)
_TELLS_EVERY: Final = 50


def render(order: IssuedOrder, form: str, root: str, tell: Progress) -> Rendered:
    """Make one form of the order. Raises ElectronicAddressMissing for the Peppol orders alone."""
    if form == "pdf":
        return order_pdf(order, tell)
    if form == "xlsx":
        return order_xlsx(order, tell)
    if form == "xml":
        return peppol_orders(order, tell)
    return delivery_paper(order, form, root, tell)


def peppol_orders(order: IssuedOrder, tell: Progress) -> Rendered:
    """The order for the one drop as XML; of several drops a ZIP with an order for each, named by its number."""
    if len(order.drops) == 1:
        [(number, content)] = order_documents(order)
        return Rendered(content, XML, f"{number}.xml")
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for place, (number, content) in enumerate(order_documents(order)):
            archive.writestr(zipfile.ZipInfo(f"{number}.xml", _WHEN), content, zipfile.ZIP_DEFLATED)
            if place % _TELLS_EVERY == _TELLS_EVERY - 1:
                tell(95 * place // len(order.drops))
    return Rendered(packed.getvalue(), ZIP, f"{called(order)}-peppol.zip")


def one_of(content: bytes, media_type: str, drop: int) -> tuple[bytes, str] | None:
    """The order for one drop out of a finished document of form "xml", and its file's name; None if there is none."""
    if media_type == XML:
        return (content, "") if drop == 1 else None
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            place = name.removesuffix(".xml").split("-")[2]
            if place == str(drop):
                return archive.read(name), name
    return None
