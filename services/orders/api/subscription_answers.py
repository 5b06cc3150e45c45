"""What this service answers about recurring services, for OpenAPI; `subscription_shapes` writes it."""

from marshmallow import Schema, fields


class EntitlementSchema(Schema):
    """What a subscribed school may draw on each year."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    quantity = fields.String(required=True)


class PlanSchema(Schema):
    """A recurring service. `schools` have it, `requests` wait: the alliance counts all, a school its own."""

    plan_id = fields.String(required=True)
    number = fields.String(required=True)
    contract_id = fields.String(required=True)
    contract_title = fields.String(required=True)
    supplier_id = fields.String(required=True)
    supplier_name = fields.String(required=True)
    title = fields.String(required=True)
    description = fields.String(required=True)
    category_code = fields.String(required=True)
    category_name = fields.String(required=True)
    ledger_code = fields.String(required=True)
    driver = fields.String(required=True)
    unit_price = fields.String(required=True)
    billing_period = fields.String(required=True)
    billed = fields.String(required=True)
    starts_on = fields.String(required=True)
    ends_on = fields.String(required=True)
    notice_days = fields.Integer(required=True)
    vat_class = fields.String(required=True)
    entitlements = fields.List(fields.Nested(EntitlementSchema), required=True)
    next_run_on = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    schools = fields.Integer(required=True)
    requests = fields.Integer(required=True)


class PlanListSchema(Schema):
    """Every recurring service."""

    items = fields.List(fields.Nested(PlanSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class RunSchema(Schema):
    """One period billed, or one year trued up; without a purchase order where nothing was to be ordered."""

    run_id = fields.String(required=True)
    kind = fields.String(required=True)
    period_from = fields.String(required=True)
    period_to = fields.String(required=True)
    due_on = fields.String(required=True)
    ran_at = fields.String(required=True)
    ran_by = fields.String(required=True)
    purchase_order_id = fields.String(required=True, allow_none=True)
    purchase_order_number = fields.String(required=True, allow_none=True)
    purchase_order_state = fields.String(required=True, allow_none=True)
    net_pence = fields.Integer(required=True, allow_none=True)
    settled = fields.Boolean(required=True)


class PlanWithRunsSchema(PlanSchema):
    """A recurring service and what was billed of it, the latest first."""

    runs = fields.List(fields.Nested(RunSchema), required=True)


class PartSchema(Schema):
    """Days that were charged at one quantity, and where it comes from."""

    from_ = fields.String(required=True, data_key="from")
    to = fields.String(required=True)
    days = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    reading_on = fields.String(required=True, allow_none=True)
    source = fields.String(required=True)


class PlannedChargeSchema(Schema):
    """A charge and what it is made of: Σ quantity × days × price ÷ days of the year, less what was charged before."""

    subscription_id = fields.String(required=True)
    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    kind = fields.String(required=True)
    period_from = fields.String(required=True)
    period_to = fields.String(required=True)
    covered_from = fields.String(required=True, allow_none=True)
    covered_to = fields.String(required=True, allow_none=True)
    year_days = fields.Integer(required=True)
    unit_price = fields.String(required=True)
    parts = fields.List(fields.Nested(PartSchema), required=True)
    full_pence = fields.Integer(required=True)
    charged_pence = fields.Integer(required=True)
    net_pence = fields.Integer(required=True)


class ChargeSchema(PlannedChargeSchema):
    """A charge that was made. It no longer `stands` where the supplier has rejected its purchase order."""

    run_id = fields.String(required=True)
    ran_at = fields.String(required=True)
    purchase_order_id = fields.String(required=True, allow_none=True)
    purchase_order_number = fields.String(required=True, allow_none=True)
    stands = fields.Boolean(required=True)


class ChargeListSchema(Schema):
    """Charges, school by school."""

    items = fields.List(fields.Nested(ChargeSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class RunSchoolSchema(Schema):
    """One school in a run: what it is charged, what is ordered for it, and what is carried (a credit is below zero)."""

    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    charged_pence = fields.Integer(required=True)
    order_pence = fields.Integer(required=True)
    carried_pence = fields.Integer(required=True)


class WaitingSchema(Schema):
    """A school that cannot be charged until its driver has been read."""

    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)


class PreviewRunSchema(Schema):
    """What the next run would do. `kind` is null when all is billed."""

    kind = fields.String(required=True, allow_none=True)
    period_from = fields.String(required=True, allow_none=True)
    period_to = fields.String(required=True, allow_none=True)
    due_on = fields.String(required=True, allow_none=True)
    from_on = fields.String(required=True, allow_none=True)
    net_pence = fields.Integer(required=True)
    schools = fields.List(fields.Nested(RunSchoolSchema), required=True)
    charges = fields.List(fields.Nested(PlannedChargeSchema), required=True)
    waiting = fields.List(fields.Nested(WaitingSchema), required=True)


class ReadingSchema(Schema):
    """What a driver stood at on a day; `recorded_by` is null for a count from the school's record."""

    school_urn = fields.Integer(required=True)
    read_on = fields.String(required=True)
    quantity = fields.Integer(required=True)
    source = fields.String(required=True)
    recorded_by = fields.String(required=True, allow_none=True)
    recorded_at = fields.String(required=True, allow_none=True)


class ReadingListSchema(Schema):
    """Readings, school by school and by day."""

    items = fields.List(fields.Nested(ReadingSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class SubscriptionSchema(Schema):
    """A school's subscription; `ends_on` is its last day once notice is given."""

    subscription_id = fields.String(required=True)
    plan_id = fields.String(required=True)
    plan_title = fields.String(required=True)
    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    state = fields.String(required=True)
    starts_on = fields.String(required=True)
    ends_on = fields.String(required=True, allow_none=True)
    requested_by = fields.String(required=True)
    requested_at = fields.String(required=True)
    approved_by = fields.String(required=True, allow_none=True)
    approved_at = fields.String(required=True, allow_none=True)
    first_approved_by = fields.String(required=True, allow_none=True)
    ended_by = fields.String(required=True, allow_none=True)
    ended_at = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class SubscriptionListSchema(Schema):
    """Subscriptions by the school's name."""

    items = fields.List(fields.Nested(SubscriptionSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class EntitlementLeftSchema(EntitlementSchema):
    """What was drawn of an entitlement in the running subscription year, and what is left."""

    year_from = fields.String(required=True)
    year_to = fields.String(required=True)
    used = fields.String(required=True)
    remaining = fields.String(required=True)


class UseSchema(Schema):
    """What was drawn of an entitlement, once; a use that was taken back says by whom."""

    use_id = fields.String(required=True)
    code = fields.String(required=True)
    used_on = fields.String(required=True)
    quantity = fields.String(required=True)
    note = fields.String(required=True)
    recorded_by = fields.String(required=True)
    recorded_at = fields.String(required=True)
    cancelled_by = fields.String(required=True, allow_none=True)


class SubscriptionWholeSchema(SubscriptionSchema):
    """A subscription with its plan, entitlements, readings and charges; `credit_pence` lessens what comes next."""

    plan = fields.Nested(PlanSchema, required=True)
    entitlements = fields.List(fields.Nested(EntitlementLeftSchema), required=True)
    uses = fields.List(fields.Nested(UseSchema), required=True)
    readings = fields.List(fields.Nested(ReadingSchema), required=True)
    charges = fields.List(fields.Nested(ChargeSchema), required=True)
    credit_pence = fields.Integer(required=True)
