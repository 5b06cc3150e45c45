"""What the terms of contracts and the lines of price lists are called on the pages."""

from typing import Final

from contracts.units import UNITS

SETTLEMENTS: Final = {
    "recharge": "The supplier invoices the alliance, and each school gets a bill",
    "direct": "The supplier invoices each school",
}
FAIRNESS: Final = {
    "pro_rata": "By what each ordered",
    "equal": "The same for each",
    "priority": "Whoever was cut last time comes first",
}
SHARE_BASES: Final = {"value": "by value", "units": "by units", "equal": "in equal shares", "pupils": "by pupils"}
CHARGE_KINDS: Final = {"delivery": "Delivery", "fixed": "Fixed charge"}
PROCUREMENTS: Final = {
    "goods_services": "Goods and services",
    "light_touch": "Light-touch services",
    "works": "Works",
}
LIST_CHANGES: Final = {
    "added": "Added",
    "changed": "Changed",
    "withdrawn": "Withdrawn",
    "refused": "Refused",
    "unchanged": "As before",
}
FIELDS: Final = {
    "category_code": "category",
    "pack_size": "pack size",
    "vat_class": "VAT class",
    "staff": "staff of a school",
    "tiers": "price",
    "minimum_quantity": "minimum",
    "alone_price": "price alone",
    "later_prices": "later prices",
    "eligible_types": "types",
    "eligible_classes": "membership",
    "eligible_urns": "named schools",
}
VAT_TREATMENTS: Final = {
    "S": "Standard rate",
    "S-reduced": "Reduced rate",
    "Z": "Zero rate",
    "E": "Exempt",
    "AE": "Reverse charge",
    "O": "Outside the scope",
}
STAFF: Final = {
    "teaching": "Teaching staff of another school: exempt",
    "other": "Other staff of another school: standard rate",
}
PLANNED: Final = {"notice": "Last day to give notice", "end": "Contract ends"}


def said(field: str, value: str) -> str:
    """What a field of a price list holds, as people say it: "box" for the unit XBX."""
    if field == "unit":
        return UNITS.get(value, (value,))[0] or "each"
    return VAT_TREATMENTS.get(value, value) if field == "vat_class" else value
