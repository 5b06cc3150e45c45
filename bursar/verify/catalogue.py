"""Invariants of the catalogue's database."""

from bursar.verify.check import Check, Link, parents
from bursar.verify.told import ELIGIBILITY, TERMS, VAT_EXCEPTION, WITHDRAWALS, as_told, kept, last_told

_CONTRACT = ("supplier_id", "title", "reference", "category_code", "settlement", "starts_on", "ends_on", "notice_on")
_OFFER = ("contract_id", "supplier_id", "category_code", "sku", "name", "description", "unit", "pack_size", "vat_class")
_OFFERS = """
    (SELECT offer.*, coalesce(priced.tiers, '[]') AS tiers FROM offer LEFT JOIN (
        SELECT offer_id, valid_from AS prices_from, jsonb_agg(
            jsonb_build_object('from_quantity', from_quantity, 'unit_price', unit_price::text) ORDER BY from_quantity
        ) AS tiers
        FROM offer_tier GROUP BY offer_id, valid_from
    ) priced USING (offer_id, prices_from)) AS offers
"""
_CONTRACTS = """
    (SELECT contract.*, coalesce(charged.charges, '[]') AS charges FROM contract LEFT JOIN (
        SELECT contract_id, jsonb_agg(to_jsonb(contract_charge) - '{contract_id,supplier_id,position}'::text[]
            ORDER BY position) AS charges
        FROM contract_charge GROUP BY contract_id
    ) charged USING (contract_id)) AS contracts
"""

LINKS = (
    Link("contract", "supplier", ("supplier_id",)),
    Link("contract", "category", ("category_code = code",)),
    Link("contract_charge", "contract", ("contract_id",), ("supplier_id",)),
    Link("offer", "contract", ("contract_id",), ("supplier_id",)),
    Link("offer", "category", ("category_code = code",)),
    Link("offer_tier", "offer", ("offer_id",), ("supplier_id",)),
    Link("price_list", "contract", ("contract_id",), ("supplier_id",)),
    Link("price_list_line", "price_list", ("price_list_id",)),
    Link("vat_exception", "offer", ("offer_id",)),
    Link("vat_exception", "category", ("category_code = code",)),
)

CHECKS = (
    parents(LINKS),
    Check(
        "offers_have_a_price_from_one_unit",
        "Every offer has present price tiers, and those of each day begin at one unit.",
        """
        SELECT format('offer %s (%s): the first price of %s is from %s', offer_id, sku,
            coalesce(valid_from, prices_from), coalesce(first::text, 'no quantity'))
        FROM offer LEFT JOIN (
            SELECT offer_id, valid_from, min(from_quantity) AS first FROM offer_tier GROUP BY offer_id, valid_from
        ) tiers USING (offer_id) WHERE first IS DISTINCT FROM 1
        UNION ALL
        SELECT format('offer %s (%s): its present prices, of %s, are missing', offer_id, sku, prices_from)
        FROM offer WHERE NOT EXISTS (
            SELECT 1 FROM offer_tier t WHERE t.offer_id = offer.offer_id AND t.valid_from = offer.prices_from
        )
        """,
    ),
    Check(
        "more_together_costs_less_each",
        "From one price tier of an offer to the next, the unit price falls.",
        """
        SELECT format('offer %s (%s): %s each from %s, %s before', offer_id, sku, unit_price, from_quantity, before)
        FROM (
            SELECT offer_id, sku, from_quantity, unit_price, lag(unit_price) OVER (
                PARTITION BY offer_id, valid_from ORDER BY from_quantity
            ) AS before
            FROM offer_tier JOIN offer USING (offer_id)
        ) tiers WHERE unit_price >= before
        """,
    ),
    Check(
        "prices_start_on_their_day",
        "No price waits longer than a day after the day from which it holds.",
        """
        SELECT DISTINCT format('offer %s (%s): the prices of %s wait', offer_id, sku, valid_from)
        FROM offer_tier JOIN offer USING (offer_id)
        WHERE valid_from > prices_from AND valid_from < (now() AT TIME ZONE 'Europe/London')::date - 1
        """,
    ),
    Check(
        "price_lists_are_applied_whole",
        "A price list that was applied has no line that was refused, and every article it adds is there.",
        """
        SELECT format('price list %s (%s), line %s, %s: %s', price_list_id, p.name, position, l.sku, change)
        FROM price_list p JOIN price_list_line l USING (price_list_id)
        WHERE state = 'applied' AND (change = 'refused' OR change = 'added' AND NOT EXISTS (
            SELECT 1 FROM offer o WHERE o.contract_id = p.contract_id AND o.sku = l.sku))
        """,
    ),
    Check(
        "vat_exceptions_do_not_overlap",
        "On no day do two exceptions give the same article or category another VAT for the same school.",
        """
        SELECT format('%s and %s: %s for school %s', one.exception_id, other.exception_id,
            coalesce(one.offer_id::text, one.category_code), coalesce(one.school_urn::text, 'any'))
        FROM vat_exception one JOIN vat_exception other ON one.exception_id < other.exception_id
            AND (one.offer_id, one.category_code, one.school_urn)
                IS NOT DISTINCT FROM (other.offer_id, other.category_code, other.school_urn)
            AND NOT one.withdrawn AND NOT other.withdrawn
            AND daterange(one.valid_from, one.valid_to, '[]') && daterange(other.valid_from, other.valid_to, '[]')
        """,
    ),
    as_told(
        "vat_exceptions_are_told",
        "The last VatExceptionRecorded of each VAT exception says what its row says.",
        kept("vat_exception", "exception_id", *VAT_EXCEPTION),
        last_told("VatExceptionRecorded", "exception_id", *VAT_EXCEPTION),
    ),
    as_told(
        "contracts_are_told",
        "The last ContractRecorded of each contract says what its row says.",
        kept(_CONTRACTS, "contract_id", *_CONTRACT, *TERMS),
        last_told("ContractRecorded", "contract_id", *_CONTRACT, *TERMS.values()),
    ),
    as_told(
        "offers_are_told",
        "The last OfferPublished of each offer says what its row and its tiers say.",
        kept(_OFFERS, "offer_id", *_OFFER, "tiers", "phases", *ELIGIBILITY),
        last_told("OfferPublished", "offer_id", *_OFFER, "tiers", "phases", *ELIGIBILITY.values()),
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
