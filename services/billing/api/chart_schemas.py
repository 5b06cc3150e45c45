"""What goes over the wire about the chart of accounts and the sheets that change it."""

from marshmallow import Schema, fields, validate

from services.billing.api.fields import plain_text
from services.billing.domain.chart import KINDS


class ChartAccountOut(Schema):
    """One account with its codes in a maintained school's and in an academy's books."""

    code = fields.String()
    name = fields.String()
    kind = fields.String(validate=validate.OneOf(KINDS))
    cfr_code = fields.String(allow_none=True)
    academies_code = fields.String(allow_none=True)
    by_hand = fields.Boolean(metadata={"description": "Whether a journal by hand may post to it"})


class ChartOut(Schema):
    """Accounts of the ledger, and the categories of what schools buy (kind "category"), each with its codes."""

    items = fields.List(fields.Nested(ChartAccountOut))
    next = fields.String(allow_none=True)


class ChartRowOut(Schema):
    """What one row of the file would do, or did: added, changed, unchanged or refused, and why."""

    line = fields.Integer()
    code = fields.String()
    name = fields.String()
    outcome = fields.String(validate=validate.OneOf(["added", "changed", "unchanged", "refused"]))
    details = fields.List(fields.String())


class ChartImportOut(Schema):
    """A file, row by row; nothing is done before it is applied."""

    chart_import_id = fields.String()
    filename = fields.String()
    sent_by = fields.String()
    sent_at = fields.AwareDateTime()
    applied_by = fields.String(allow_none=True)
    applied_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    rows = fields.List(fields.Nested(ChartRowOut))


class FileQuery(Schema):
    """What the file is called."""

    filename = fields.String(load_default="", validate=plain_text(200, least=0))
