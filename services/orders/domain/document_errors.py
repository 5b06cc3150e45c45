"""Why a document of a purchase order is not made."""

from contracts.errors import BrokenRule


class DocumentsDisagree(BrokenRule):
    """Lines, drops and totals of a purchase order do not come to the same: no document is made of it."""

    code = "documents_disagree"


class ElectronicAddressMissing(BrokenRule):
    """A Peppol order needs an electronic address of both sides, and one has none."""

    code = "electronic_address_missing"


class DocumentSuperseded(BrokenRule):
    """The order was revised before this document of the earlier revision was made."""

    code = "document_superseded"


class DocumentNotMade(BrokenRule):
    """The document could not be made, and trying again has not helped."""

    code = "document_failed"


REFUSALS = {rule.code: rule for rule in (DocumentsDisagree, ElectronicAddressMissing, DocumentSuperseded)}
"""What a stored refusal was, by its code."""
