"""The catalogue's HTTP interface: /categories, /contracts and /offers."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from contracts.london import london_today
from services.catalogue.api import schemas
from services.catalogue.domain.category import Category
from services.catalogue.domain.charge import Charge
from services.catalogue.domain.contract import Contract, Tolerances
from services.catalogue.domain.offer import Offer
from services.catalogue.domain.price import DatedPrices, Tier
from services.catalogue.usecases import publish_offers, read_catalogue, record_categories, record_contracts

categories = Blueprint("categories", __name__, description="What is bought")
contracts = Blueprint("contracts", __name__, description="Contracts with suppliers")
offers = Blueprint("offers", __name__, description="Articles and services under contracts")

EDITORS = ("alliance_manager", "administrator")


def _category(category: Category, status: int = 200) -> Response:
    response = jsonify(schemas.CategorySchema().dump(category))
    response.status_code = status
    return tagged(response, category.version)


def _contract(contract_id: str, status: int = 200) -> Response:
    found = read_catalogue.get_contract(current_database(), current_actor(), contract_id)
    response = jsonify(schemas.ContractSchema().dump(found))
    response.status_code = status
    return tagged(response, found["version"])


def _offer(offer_id: str, status: int = 200) -> Response:
    found = read_catalogue.get_offer(current_database(), current_actor(), offer_id)
    response = jsonify(found)
    response.status_code = status
    return tagged(response, found["version"])


def _contract_sent(sent: dict[str, Any], contract_id: str = "") -> Contract:
    charges = tuple(Charge(**charge) for charge in sent["charges"])
    tolerances = Tolerances(**sent["tolerances"])
    return Contract(contract_id=contract_id, **{**sent, "charges": charges, "tolerances": tolerances})


def _offer_sent(sent: dict[str, Any], offer_id: str = "") -> Offer:
    later = tuple(DatedPrices(prices["valid_from"], _tiers(prices["tiers"])) for prices in sent["later_prices"])
    lists = ("phases", "eligible_types", "eligible_classes", "eligible_urns")
    named = {"contract_id": "", **sent, **{name: tuple(sent[name]) for name in lists}}
    named |= {"tiers": _tiers(sent["tiers"]), "later_prices": later}
    return Offer(offer_id=offer_id, supplier_id="", **named)


def _tiers(sent: list[dict[str, Any]]) -> tuple[Tier, ...]:
    return tuple(Tier(**tier) for tier in sent)


@categories.route("/categories")
@categories.response(200, schemas.CategoryListSchema)
def list_categories() -> dict[str, Any]:
    """All categories, by name."""
    return {"items": read_catalogue.list_categories(current_database(), current_actor()), "next": None}


@categories.route("/categories", methods=["POST"])
@idempotent
@requires(*EDITORS)
@categories.arguments(schemas.CategoryInSchema)
@categories.response(201, schemas.CategorySchema)
def add_category(sent: dict[str, Any]) -> Response:
    """Record a new category."""
    return _category(record_categories.add_category(current_database(), current_actor(), Category(**sent)), 201)


@categories.route("/categories/<code>")
@categories.response(200, schemas.CategorySchema)
def get_category(code: str) -> Response:
    """One category."""
    return _category(read_catalogue.get_category(current_database(), current_actor(), code))


@categories.route("/categories/<code>", methods=["PUT"])
@requires(*EDITORS)
@categories.arguments(schemas.CategoryEditSchema)
@categories.response(200, schemas.CategorySchema)
def put_category(sent: dict[str, Any], code: str) -> Response:
    """Write a category whole."""
    record = Category(code=code, **sent)
    return _category(record_categories.put_category(current_database(), current_actor(), record, required_version()))


@contracts.route("/contracts")
@contracts.response(200, schemas.ContractListSchema)
def list_contracts() -> dict[str, Any]:
    """All contracts that the actor may see, by title."""
    return {"items": read_catalogue.list_contracts(current_database(), current_actor()), "next": None}


@contracts.route("/contracts", methods=["POST"])
@idempotent
@requires(*EDITORS)
@contracts.arguments(schemas.ContractInSchema)
@contracts.response(201, schemas.ContractSchema)
def add_contract(sent: dict[str, Any]) -> Response:
    """Record a new contract."""
    record = _contract_sent(sent)
    return _contract(record_contracts.add_contract(current_database(), current_actor(), record).contract_id, 201)


@contracts.route("/contracts/<uuid:contract_id>")
@contracts.response(200, schemas.ContractSchema)
def get_contract(contract_id: UUID) -> Response:
    """One contract."""
    return _contract(str(contract_id))


@contracts.route("/contracts/<uuid:contract_id>", methods=["PUT"])
@requires(*EDITORS)
@contracts.arguments(schemas.ContractInSchema)
@contracts.response(200, schemas.ContractSchema)
def put_contract(sent: dict[str, Any], contract_id: UUID) -> Response:
    """Write a contract whole."""
    record = _contract_sent(sent, str(contract_id))
    record_contracts.put_contract(current_database(), current_actor(), record, required_version())
    return _contract(str(contract_id))


@offers.route("/offers")
@offers.arguments(schemas.OfferQuerySchema, location="query")
@offers.response(200, schemas.OfferPageSchema)
def list_offers(query: dict[str, Any]) -> Response:
    """A page of offers, of one contract or category if asked."""
    items, following = read_catalogue.list_offers(current_database(), current_actor(), **query)
    return jsonify(items=items, next=following)


@offers.route("/offers", methods=["POST"])
@idempotent
@requires(*EDITORS)
@offers.arguments(schemas.OfferInSchema)
@offers.response(201, schemas.OfferSchema)
def publish_offer(sent: dict[str, Any]) -> Response:
    """Publish a new offer."""
    record = _offer_sent(sent)
    return _offer(
        publish_offers.publish_offer(current_database(), current_actor(), record, london_today()).offer_id, 201
    )


@offers.route("/offers/<uuid:offer_id>")
@offers.response(200, schemas.OfferSchema)
def get_offer(offer_id: UUID) -> Response:
    """One offer."""
    return _offer(str(offer_id))


@offers.route("/offers/<uuid:offer_id>", methods=["PUT"])
@requires(*EDITORS)
@offers.arguments(schemas.OfferEditSchema)
@offers.response(200, schemas.OfferSchema)
def put_offer(sent: dict[str, Any], offer_id: UUID) -> Response:
    """Write an offer whole and publish it."""
    record = _offer_sent(sent, str(offer_id))
    publish_offers.put_offer(current_database(), current_actor(), record, required_version(), london_today())
    return _offer(str(offer_id))


@offers.route("/offers/<uuid:offer_id>/prices")
@offers.response(200, schemas.OfferPriceListSchema)
def list_prices(offer_id: UUID) -> Response:
    """All prices of an offer, past, present and to come."""
    return jsonify(items=read_catalogue.list_prices(current_database(), current_actor(), str(offer_id)), next=None)


@offers.route("/offers/<uuid:offer_id>/withdraw", methods=["POST"])
@idempotent
@requires(*EDITORS)
@offers.response(200, schemas.OfferSchema)
def withdraw_offer(offer_id: UUID) -> Response:
    """Withdraw an offer from coming rounds."""
    publish_offers.withdraw_offer(current_database(), current_actor(), str(offer_id))
    return _offer(str(offer_id))
