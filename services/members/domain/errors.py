"""The rules of membership that can be broken, one exception each."""

from contracts.errors import BrokenRule


class SchoolInvalid(BrokenRule):
    """A school's facts do not hold together."""

    code = "school_invalid"


class MembershipInvalid(BrokenRule):
    """A membership's dates or class do not hold together."""

    code = "membership_invalid"


class MembershipsOverlap(BrokenRule):
    """A school cannot be a member twice on one day."""

    code = "memberships_overlap"


class NotAMember(BrokenRule):
    """A school that has not joined cannot leave."""

    code = "not_a_member"


class PupilCountInvalid(BrokenRule):
    """A count of pupils does not hold."""

    code = "pupil_count_invalid"


class PupilCountTaken(BrokenRule):
    """There is a count of that day already."""

    code = "pupil_count_taken"


class SitesInvalid(BrokenRule):
    """A school's delivery sites do not hold together."""

    code = "sites_invalid"


class AllianceInvalid(BrokenRule):
    """What the alliance says of itself does not hold together."""

    code = "alliance_invalid"


class SupplierInvalid(BrokenRule):
    """A supplier's facts do not hold together."""

    code = "supplier_invalid"


class VatNumberInvalid(BrokenRule):
    """A VAT number that no tax office can have given out."""

    code = "vat_number_invalid"


class SupplierNameTaken(BrokenRule):
    """Two suppliers of one name cannot be told apart on a purchase order."""

    code = "supplier_name_taken"


class PersonInvalid(BrokenRule):
    """A person's name, address or roles do not hold together."""

    code = "person_invalid"


class LastManager(BrokenRule):
    """The alliance always has a business manager: nobody can lock the last one out."""

    code = "last_manager"


class EmailTaken(BrokenRule):
    """An e-mail address signs in one person only."""

    code = "email_taken"


class OrganisationUnknown(BrokenRule):
    """A role names a school or supplier that is not there."""

    code = "organisation_unknown"


class SelectionMissing(BrokenRule):
    """An import must say which schools: by local authority or by URN."""

    code = "selection_missing"


class ImportChanged(BrokenRule):
    """What an import would do is no longer what was shown of it, so nothing was taken."""

    code = "import_changed"


class SchoolFileUnreadable(BrokenRule):
    """A file of schools is broken as a whole, so nothing of it was taken."""

    code = "school_file_unreadable"


class LimitsInvalid(BrokenRule):
    """A school's approval limits do not hold together."""

    code = "limits_invalid"


class DelegationRefused(BrokenRule):
    """Somebody cannot stand in for this approver on these days."""

    code = "delegation_refused"


class BankDetailsInvalid(BrokenRule):
    """Bank details that no bank can have given out."""

    code = "bank_details_invalid"


class BankDetailsMismatch(BrokenRule):
    """Who confirms bank details typed other numbers than were proposed."""

    code = "bank_details_mismatch"


class BankDetailsPending(BrokenRule):
    """One change of bank details at a time: the other one is confirmed or stopped first."""

    code = "bank_details_pending"


class BankDetailsSettled(BrokenRule):
    """A change of bank details that is over, or is not at this step."""

    code = "bank_details_settled"


class ConfirmationRefused(BrokenRule):
    """Somebody who cannot be the second person for these bank details."""

    code = "confirmation_refused"


class OwnRoleEnds(BrokenRule):
    """A supplier's administrator does not end their own role: the supplier always keeps one."""

    code = "own_role_ends"


class RoleBackdated(BrokenRule):
    """A supplier gives nobody a role from a day in the past."""

    code = "role_backdated"


class InterestInvalid(BrokenRule):
    """An interest whose days are out of order, or of nobody in particular."""

    code = "interest_invalid"
