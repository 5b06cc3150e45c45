"""The web process of orders."""

import os

from flask import Flask

from chassis import web
from chassis.database import Database
from chassis.settings import Settings, read_settings
from services.orders.api import (
    amendment_views,
    approval_views,
    budget_views,
    close_views,
    desk_views,
    despatch_views,
    document_views,
    drop_views,
    form_views,
    order_views,
    purchase_order_views,
    receipt_views,
    report_views,
    round_views,
    subscription_plan_views,
    subscription_views,
    supplier_answer_views,
)
from services.orders.api.errors import STATUSES


def create_app() -> Flask:
    """The application under the settings of the environment."""
    settings = read_settings("orders", os.environ)
    return build_app(settings, Database(settings.database_url, pool_size=settings.pool_size))


def build_app(settings: Settings, database: Database) -> Flask:
    """The application on a given database."""
    blueprints = (
        round_views.rounds,
        order_views.orders,
        form_views.forms,
        close_views.closes,
        purchase_order_views.purchase_orders,
        document_views.order_documents,
        amendment_views.amendments,
        supplier_answer_views.answers,
        despatch_views.despatches,
        drop_views.drops,
        receipt_views.receipts,
        desk_views.desk,
        report_views.reports,
        budget_views.budgets,
        approval_views.approvals,
        subscription_plan_views.plans,
        subscription_views.subscriptions,
    )
    return web.create_app("orders", settings, database, blueprints, STATUSES, title="Bursar orders")
