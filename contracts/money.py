"""Money: integer pence, unit prices in pounds to four decimals; multiply first, round once (half up)."""

from decimal import ROUND_HALF_UP, Decimal

PENNY = Decimal("0.01")
PRICE_STEP = Decimal("0.0001")


def round_pence(amount: Decimal) -> int:
    """Round an amount in pounds to whole pence, halves away from zero."""
    return int(amount.quantize(PENNY, rounding=ROUND_HALF_UP).scaleb(2))


def line_net_pence(quantity: int, unit_price: Decimal) -> int:
    """Net pence of `quantity` units at `unit_price` pounds: 12,500 at £0.0349 are 43,625 pence."""
    return round_pence(quantity * unit_price)


def unit_price_text(unit_price: Decimal) -> str:
    """A unit price as it travels: pounds with exactly four decimals, such as "12.5000"."""
    return f"{unit_price.quantize(PRICE_STEP):f}"


def pounds(pence: int) -> str:
    """Pence as people read them, without a currency sign: 123450 gives "1,234.50", -5 gives "−0.05"."""
    sign = "−" if pence < 0 else ""
    return f"{sign}{abs(pence) // 100:,}.{abs(pence) % 100:02d}"
