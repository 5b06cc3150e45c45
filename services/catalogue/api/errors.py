"""Which HTTP status each broken rule answers; rules not listed answer 422."""

from contracts.errors import BrokenRule
from services.catalogue.domain import errors

STATUSES: dict[type[BrokenRule], int] = {
    errors.CategoryTaken: 409,
    errors.ContractHasOffers: 409,
    errors.OffersChanged: 409,
    errors.PriceListDecided: 409,
    errors.ReferenceTaken: 409,
    errors.SkuTaken: 409,
    errors.VatExceptionOverlaps: 409,
}
