"""Invariants of the catalogue's database."""

from bursar.verify.check import Check, Link, parents
from bursar.verify.told import WITHDRAWALS, as_told, kept, last_told

_CONTRACT = ("supplier_id", "title", "reference", "category_code", "settlement", "starts_on", "ends_on")
_OFFER = ("contract_id", "supplier_id", "category_code", "sku", "name", "description", "unit", "pack_size", "vat_class")
_OFFERS = """
    (SELECT offer.*, coalesce(priced.tiers, '[]') AS tiers FROM offer LEFT JOIN (
        SELECT offer_id, jsonb_agg(jsonb_build_object('from_quantity', from_quantity, 'unit_price', unit_price::text)
            ORDER BY from_quantity) AS tiers
        FROM offer_tier GROUP BY offer_id
    ) priced USING (offer_id)) AS offers
"""

LINKS = (
    Link("contract", "supplier", ("supplier_id",)),
    Link("contract", "category", ("category_code = code",)),
    Link("offer", "contract", ("contract_id",), ("supplier_id",)),
    Link("offer", "category", ("category_code = code",)),
    Link("offer_tier", "offer", ("offer_id",), ("supplier_id",)),
)

CHECKS = (
    parents(LINKS),
    Check(
        "offers_have_a_price_from_one_unit",
        "Every offer has price tiers, and the first begins at one unit.",
        """
        SELECT format('offer %s (%s): the first price is from %s', offer_id, sku, coalesce(first::text, 'no quantity'))
        FROM offer LEFT JOIN (
            SELECT offer_id, min(from_quantity) AS first FROM offer_tier GROUP BY offer_id
        ) tiers USING (offer_id) WHERE first IS DISTINCT FROM 1
        """,
    ),
    as_told(
        "contracts_are_told",
        "The last ContractRecorded of each contract says what its row says.",
        kept("contract", "contract_id", *_CONTRACT),
        last_told("ContractRecorded", "contract_id", *_CONTRACT),
    ),
    as_told(
        "offers_are_told",
        "The last OfferPublished of each offer says what its row and its tiers say.",
        kept(_OFFERS, "offer_id", *_OFFER, "tiers", "phases"),
        last_told("OfferPublished", "offer_id", *_OFFER, "tiers", "phases"),
    ),
    as_told(
        "categories_are_told_with_offers",
        "The last OfferPublished of each published offer bears the name and ledger code of its category.",
        kept(
            "offer JOIN category ON code = category_code",
            "offer_id",
            "category.name",
            "ledger_code",
            where="state = 'published'",
        ),
        f"""
        SELECT said.* FROM ({last_told("OfferPublished", "offer_id", "category_name", "ledger_code")}) said
        JOIN offer ON offer.offer_id::text = said.subject AND offer.state = 'published'
        """,  # noqa: S608 -- assembled from this package
    ),
    as_told(
        "withdrawals_are_told",
        "The last event of each offer says whether it is withdrawn.",
        kept("offer", "offer_id", "state = 'withdrawn'"),
        WITHDRAWALS,
    ),
)
