"""Rules of exports that a request can break, each with its stable code."""

from contracts.errors import BrokenRule


class NothingToExport(BrokenRule):
    """Everything of the time was exported before, or there is nothing."""

    code = "nothing_to_export"


class ExportNotSetUp(BrokenRule):
    """Nobody has said yet which program the export is for."""

    code = "export_not_set_up"
