"""What may be asked of, and is answered about, recurring services; `subscription_shapes` writes the answers."""

from decimal import Decimal

from marshmallow import Schema, fields, post_load, validate

from contracts.vat import VAT_CLASSES
from services.orders.api.request_schemas import MOST_UNITS, PLAIN, UuidText, words
from services.orders.domain.subscription import Entitlement

DRIVERS = ("pupils", "payslips", "square_metres", "sites", "fixed")
PERIODS = ("month", "term", "quarter", "year")

_PRICE = validate.Regexp(r"[0-9]{1,8}(\.[0-9]{1,4})?\Z", error="Pounds with at most four decimals, such as 4.2000.")


def _words(longest: int, shortest: int = 1) -> list[validate.Validator]:
    return [validate.Length(shortest, longest, error="Write {min} to {max} characters."), PLAIN]


class UnitPrice(fields.String):
    """Pounds with four decimals on the wire, a Decimal inside."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(validate=_PRICE, **kwargs)  # type: ignore[arg-type]


class Amount(fields.Decimal):
    """A positive quantity with at most two decimals: half a day is 0.5."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(
            places=None,
            as_string=True,
            allow_nan=False,
            validate=[
                validate.Range(Decimal(0), Decimal(100_000), min_inclusive=False),
                _two_decimals,
            ],
            **kwargs,  # type: ignore[arg-type]
        )


def _two_decimals(amount: Decimal) -> None:
    if amount != amount.quantize(Decimal("0.01")):
        raise validate.ValidationError("Use at most two decimals.")


class EntitlementInSchema(Schema):
    """What a subscribed school may draw on each year."""

    code = fields.String(required=True, validate=validate.Regexp(r"[a-z0-9_]{1,40}\Z", error="Use a-z, 0-9 and _."))
    name = fields.String(required=True, validate=_words(100))
    unit = fields.String(required=True, validate=_words(20))
    quantity = Amount(required=True)

    @post_load
    def build(self, sent: dict[str, object], **_: object) -> Entitlement:
        """The entitlement as the domain has it."""
        return Entitlement(**sent)  # type: ignore[arg-type]


class PlanInSchema(Schema):
    """A recurring service as its manager plans it. `unit_price`: pounds for a driver's unit (fixed: in all) a year."""

    contract_id = UuidText(required=True)
    title = fields.String(required=True, validate=_words(200))
    description = fields.String(load_default="", validate=words(2000))
    category_code = fields.String(required=True, validate=_words(60))
    category_name = fields.String(required=True, validate=_words(100))
    ledger_code = fields.String(load_default="", validate=_words(20, 0))
    driver = fields.String(required=True, validate=validate.OneOf(DRIVERS))
    unit_price = UnitPrice(required=True)
    billing_period = fields.String(required=True, validate=validate.OneOf(PERIODS))
    billed = fields.String(required=True, validate=validate.OneOf(["advance", "arrears"]))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    notice_days = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 730))
    vat_class = fields.String(required=True, validate=validate.OneOf(list(VAT_CLASSES)))
    entitlements = fields.List(fields.Nested(EntitlementInSchema), load_default=list, validate=validate.Length(max=20))

    @post_load
    def exact(self, sent: dict[str, object], **_: object) -> dict[str, object]:
        """Prices as decimals, entitlements as they are kept."""
        if "unit_price" in sent:
            sent["unit_price"] = Decimal(str(sent["unit_price"])).quantize(Decimal("0.0001"))
        if "entitlements" in sent:
            sent["entitlements"] = tuple(sent["entitlements"])  # type: ignore[arg-type]
        return sent


class PlanChangeSchema(PlanInSchema):
    """What changes of a service; what is left out stays."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{**kwargs, "partial": True})  # type: ignore[arg-type]


class RunInSchema(Schema):
    """The first day of the period or year that was seen in the preview."""

    period_from = fields.Date(required=True)


class ReadingInSchema(Schema):
    """What a school's driver stood at on a day."""

    school_urn = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2_147_483_647))
    read_on = fields.Date(required=True)
    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_UNITS))
    source = fields.String(required=True, validate=_words(200))


class ChargeQuerySchema(Schema):
    """Whose charges."""

    school_urn = fields.Integer(load_default=None, validate=validate.Range(1, 2_147_483_647))


class SubscriptionQuerySchema(Schema):
    """Which subscriptions."""

    plan_id = UuidText(load_default=None)


class JoinInSchema(Schema):
    """Which service, and from which day."""

    plan_id = UuidText(required=True)
    starts_on = fields.Date(required=True)


class DeclineInSchema(Schema):
    """Why a request is refused or taken back."""

    reason = fields.String(required=True, validate=words(1000, least=1))


class LeaveInSchema(Schema):
    """The last day of the service."""

    ends_on = fields.Date(required=True)


class UseInSchema(Schema):
    """What was drawn of an entitlement."""

    code = fields.String(required=True, validate=_words(40))
    used_on = fields.Date(required=True)
    quantity = Amount(required=True)
    note = fields.String(load_default="", validate=words(500))
