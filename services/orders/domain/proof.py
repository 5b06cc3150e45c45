"""The proof of a close in words: from a school's wish to its penny, with the reason for each remainder."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.money import pounds


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One offer or charge of a closed round, as totals: `quantity` units at `unit_price` pounds are `net_pence`.

    `firm` and `flexible` units were wished by the `schools` that took part; `denied` units had conditions that did not
    hold. The net is shared by weights that add up to `weight`, and `left_over` pennies remained after cutting off.
    """

    kind: str
    share_by: str
    reason: str
    pack: int
    schools: int
    firm: int
    flexible: int
    denied: int
    unit_price: Decimal
    quantity: int
    net_pence: int
    weight: int
    left_over: int


@dataclass(frozen=True, slots=True)
class ProofShare:
    """One school's part of a line; what `services.orders.domain.resolver` and `sharing` made of its wish."""

    firm: int
    flexible: int
    granted: int
    reason: str
    denied_unit_price: Decimal | None
    denied_schools: int | None
    max_unit_price: Decimal | None
    min_schools: int | None
    weight: int
    rank: int | None
    net_pence: int


WEIGHTS: Final = {
    "value": "the value of its goods in pence",
    "units": "its units",
    "equal": "equal parts",
    "pupils": "its pupils",
}


def cut_off_pence(line: ProofLine, share: ProofShare) -> int:
    """The school's share in whole pence before the pennies left over were given out."""
    return line.net_pence * share.weight // line.weight if line.weight else 0


def remainder(line: ProofLine, share: ProofShare) -> Decimal:
    """What was cut off, in pence to four decimals."""
    if not line.weight:
        return Decimal(0)
    return (Decimal(line.net_pence * share.weight % line.weight) / line.weight).quantize(Decimal("0.0001"))


def explain(line: ProofLine, share: ProofShare) -> str:
    """The whole way as a few sentences."""
    return " ".join((*_granting(line, share), *_sharing(line, share)))


def _granting(line: ProofLine, share: ProofShare) -> Iterator[str]:
    if line.kind == "charge":
        return
    yield f"Wished {share.firm:,}{f' and up to {share.flexible:,} more' if share.flexible else ''}."
    if share.reason == "flexible_used":
        together = f"{line.quantity:,} together" if line.pack == 1 else f"whole packs of {line.pack:,}"
        yield (
            f"{share.granted - share.firm:,} of its flexible units make {together}: {line.quantity - line.firm:,} of"
            f" {line.flexible:,} offered by all schools were needed, shared in proportion to what each offered."
        )
    elif share.reason == "pack_cut":
        yield (
            f"Supplied in packs of {line.pack:,}: {line.firm:,} were wished and {line.quantity:,} are whole packs, so"
            f" {line.firm - line.quantity:,} were cut; {share.granted:,} remain."
        )
    elif share.reason == "condition_price" and share.max_unit_price is not None:
        yield f"Left out: £{share.max_unit_price} at most was asked, and the price stood at £{share.denied_unit_price}."
    elif share.reason == "condition_schools":
        yield f"Left out: {share.min_schools} schools were asked, and {share.denied_schools} took part."
    elif share.reason == "condition_minimum":
        yield (
            f"Left out: the whole packs of {line.pack:,} had too few units to give every school the fewest that are"
            " ordered at a time, and this wish was the one to give way."
        )
    elif share.reason == "minimum_dropped":
        yield "Not ordered: all schools together stayed below the contract's minimum order."


def _sharing(line: ProofLine, share: ProofShare) -> Iterator[str]:
    if line.reason == "free_from":
        yield "Free, because of the value of the goods."
    if not share.weight or not line.net_pence:
        return
    if line.kind == "goods":
        yield f"£{pounds(line.net_pence)} × {share.granted:,} ÷ {line.quantity:,}"
    elif line.share_by == "equal":
        yield f"£{pounds(line.net_pence)} ÷ {line.weight:,} schools"
    else:
        yield f"£{pounds(line.net_pence)} × {share.weight:,} ÷ {line.weight:,} ({WEIGHTS[line.share_by]} of all)"
    cut, rest = cut_off_pence(line, share), remainder(line, share)
    if line.net_pence * share.weight % line.weight == 0:
        yield f"= £{pounds(cut)} exactly."
        return
    yield f"= £{pounds(cut)} and {rest} of a penny."
    more = "so a penny more" if share.net_pence > cut else "so no penny more"
    yield (
        f"{line.left_over:,} {'penny was' if line.left_over == 1 else 'pennies were'} left over for the largest"
        f" remainders; this one ranks {share.rank:,}, {more}: £{pounds(share.net_pence)}."
    )
