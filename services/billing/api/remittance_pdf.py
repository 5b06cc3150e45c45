"""A remittance advice as tagged PDF (PDF/UA-1): what is paid to a supplier, and for which invoices."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from chassis.tagged_pdf import MEDIA_TYPE, tagged_pdf
from contracts.money import pounds

__all__ = ["MEDIA_TYPE", "advice_pdf"]


def advice_pdf(advice: Any, payer: Mapping[str, Any] | None) -> bytes:
    """The advice; `payer` is what the alliance says of itself."""
    address = (payer or {}).get("address") or {}
    lines = [*address.get("lines", []), address.get("town", ""), address.get("postcode", "")]
    return tagged_pdf(
        "services.billing.api",
        "remittance.typ",
        {
            "reference": advice.reference,
            "payer": (payer or {}).get("legal_name", ""),
            "payer_address": ", ".join(line for line in lines if line),
            "payer_reached": " · ".join(way for name in ("email", "telephone") if (way := (payer or {}).get(name))),
            "supplier": advice.supplier_name,
            "pay_on": f"{advice.pay_on:%-d %B %Y}",
            "account_ending": advice.account_ending,
            "withdrawn": advice.withdrawn,
            "total": pounds(advice.amount_pence),
            "invoices": [
                [
                    invoice["number"],
                    invoice["our_number"],
                    "Credit" if invoice["amount_pence"] < 0 else "Invoice",
                    f"{date.fromisoformat(invoice['issue_date']):%-d %b %Y}",
                    pounds(invoice["gross_pence"]),
                    pounds(invoice["gross_pence"] - invoice["amount_pence"]),
                    pounds(invoice["amount_pence"]),
                ]
                for invoice in advice.invoices
            ],
            "taken_off": [words for invoice in advice.invoices for words in _taken_off(invoice)],
        },
    )


def _taken_off(invoice: Mapping[str, Any]) -> Iterator[str]:
    """Why less than the total of an invoice is paid now, in words."""
    for credit in invoice["credits"]:
        of_day = f"{date.fromisoformat(credit['issue_date']):%-d %B %Y}"
        named = f"{credit['number']} ({credit['our_number']}) of {of_day}"
        yield f"{invoice['number']}: £{pounds(credit['amount_pence'])} by your credit note {named}."
    if invoice["paid_before_pence"] > 0:
        yield f"{invoice['number']}: £{pounds(invoice['paid_before_pence'])} was paid before."
