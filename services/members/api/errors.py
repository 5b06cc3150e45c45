"""Which HTTP status each broken rule answers; rules not listed answer 422."""

from contracts.errors import BrokenRule
from services.members.domain import errors

STATUSES: dict[type[BrokenRule], int] = {
    errors.BankDetailsPending: 409,
    errors.BankDetailsSettled: 409,
    errors.ConfirmationRefused: 403,
    errors.EmailTaken: 409,
    errors.ImportChanged: 409,
    errors.MembershipsOverlap: 409,
    errors.PupilCountTaken: 409,
    errors.SupplierNameTaken: 409,
}
