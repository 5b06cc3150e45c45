"""Why a report cannot be given as it was asked for."""

from contracts.errors import BrokenRule


class NotNarrowed(BrokenRule):
    """The figures of this report are never narrowed to what is asked for; `fields` says to what."""

    code = "not_narrowed"
