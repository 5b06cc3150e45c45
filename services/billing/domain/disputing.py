"""How much of a billed line an upheld dispute claims back."""

from decimal import Decimal

from contracts.money import pounds, round_pence
from services.billing.domain.bill_errors import LineNotDisputable, UpheldTooMuch
from services.billing.domain.match_facts import Amount


def upheld_amount(billed: Amount, gone: Amount, net_pence: int | None) -> Amount:
    """Units, net and VAT that are claimed back of a line: what is left of it, or so many pence of its net.

    `gone` is what was upheld of the line before. Units count where the money is a whole number of them; VAT in
    proportion, so that all together never exceed the bill. Raises LineNotDisputable, UpheldTooMuch.
    """
    left = billed - gone
    if left.net_pence <= 0 and left.vat_pence <= 0:
        raise LineNotDisputable("All of this line is claimed back already.")
    if net_pence is None or net_pence == left.net_pence:
        return left
    if not 0 < net_pence < left.net_pence:
        fault = f"Enter an amount without VAT up to £{pounds(left.net_pence)}."
        raise UpheldTooMuch(fault, fields={"net_pence": fault})
    units, odd = divmod(billed.quantity * net_pence, billed.net_pence)
    vat = round_pence(Decimal(billed.vat_pence * net_pence) / billed.net_pence / 100)
    return Amount(0 if odd else min(units, left.quantity), net_pence, min(vat, left.vat_pence))
