"""The rules of the catalogue that can be broken, one exception each."""

from contracts.errors import BrokenRule


class CategoryInvalid(BrokenRule):
    """A category's codes do not hold together."""

    code = "category_invalid"


class CategoryUnknown(BrokenRule):
    """A contract or offer names a category that is not there."""

    code = "category_unknown"


class CategoryTaken(BrokenRule):
    """There is a category of that code already."""

    code = "category_taken"


class ContractInvalid(BrokenRule):
    """A contract's facts do not hold together."""

    code = "contract_invalid"


class ContractUnknown(BrokenRule):
    """An offer names a contract that is not there."""

    code = "contract_unknown"


class ContractHasOffers(BrokenRule):
    """A contract under which offers stand keeps its supplier."""

    code = "contract_has_offers"


class ReferenceTaken(BrokenRule):
    """Another contract bears this reference."""

    code = "contract_reference_taken"


class SupplierUnknown(BrokenRule):
    """A contract names a supplier of whom the catalogue has not heard."""

    code = "supplier_unknown"


class OfferInvalid(BrokenRule):
    """An offer's facts do not hold together."""

    code = "offer_invalid"


class SkuTaken(BrokenRule):
    """Another offer of the same contract bears this article number."""

    code = "sku_taken"


class PriceListUnreadable(BrokenRule):
    """The file is no price list that can be read."""

    code = "price_list_unreadable"


class PriceListRefused(BrokenRule):
    """Rows of the price list are refused, so none of it is applied."""

    code = "price_list_refused"


class PriceListDecided(BrokenRule):
    """The price list was applied or discarded before."""

    code = "price_list_decided"


class OffersChanged(BrokenRule):
    """The contract's offers changed since the price list was compared with them."""

    code = "offers_changed"


class ProcurementRulesInvalid(BrokenRule):
    """Thresholds or quote tiers do not hold together."""

    code = "procurement_rules_invalid"


class OfferUnknown(BrokenRule):
    """A VAT exception names an offer that is not there."""

    code = "offer_unknown"


class VatExceptionInvalid(BrokenRule):
    """A VAT exception's facts do not hold together."""

    code = "vat_exception_invalid"


class VatExceptionOverlaps(BrokenRule):
    """Another VAT exception is about the same on some of the same days."""

    code = "vat_exception_overlaps"
