"""UBL Despatch Advices as a supplier's system writes them, after the official Peppol example."""

from collections.abc import Sequence

from contracts.london import london_today

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<DespatchAdvice xmlns="urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:despatch_advice:3</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:poacc:bis:despatch_advice:3</cbc:ProfileID>
"""


def an_advice(
    order: str,
    lines: Sequence[tuple[int | str, str, str | None]],
    *,
    reference: str = "565899",
    urn: int | None = None,
    sku: str = "",
) -> bytes:
    """An advice of (line of the order, quantity, unit) for the order with this number, issued today."""
    party = f"<cac:PartyIdentification><cbc:ID>{urn}</cbc:ID></cac:PartyIdentification>" if urn else ""
    return (
        _HEAD
        + f"<cbc:ID>{reference}</cbc:ID>\n<cbc:IssueDate>{london_today()}</cbc:IssueDate>\n"
        + f"<cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>\n"
        + f"<cac:DeliveryCustomerParty><cac:Party>{party}</cac:Party></cac:DeliveryCustomerParty>\n"
        + "<cac:Shipment><cbc:ID>1</cbc:ID><cac:Consignment><cbc:ID>1</cbc:ID><cac:CarrierParty><cac:PartyName>"
        + "<cbc:Name>Marlow Vans</cbc:Name></cac:PartyName></cac:CarrierParty></cac:Consignment></cac:Shipment>\n"
        + "".join(_line(place, *line, sku) for place, line in enumerate(lines, start=1))
        + "</DespatchAdvice>\n"
    ).encode()


def _line(place: int, line: int | str, quantity: str, unit: str | None, sku: str) -> str:
    code = f' unitCode="{unit}"' if unit else ""
    return (
        f"<cac:DespatchLine><cbc:ID>{place}</cbc:ID><cbc:DeliveredQuantity{code}>{quantity}</cbc:DeliveredQuantity>"
        f"<cac:OrderLineReference><cbc:LineID>{line}</cbc:LineID></cac:OrderLineReference><cac:Item>"
        f"<cac:SellersItemIdentification><cbc:ID>{sku}</cbc:ID></cac:SellersItemIdentification></cac:Item>"
        "</cac:DespatchLine>\n"
    )
