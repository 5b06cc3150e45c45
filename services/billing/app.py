"""Billing's web process."""

import os

from flask import Flask

from chassis import web
from chassis.database import Database
from chassis.settings import Settings, read_settings
from services.billing.api import (
    bank,
    bills,
    desk,
    documents,
    held,
    invoice_templates,
    invoices,
    matches,
    payment_runs,
    receipts,
    remittances,
    workbench,
)
from services.billing.api.errors import STATUSES

LARGEST_BODY = 32 * 1024 * 1024
"""An invoice with a line for each article and school of a large order, or with its attachments."""


def create_app() -> Flask:
    """The application under the settings of the environment."""
    settings = read_settings("billing", os.environ)
    return build_app(settings, Database(settings.database_url, pool_size=settings.pool_size))


def build_app(settings: Settings, database: Database) -> Flask:
    """The application on a given database."""
    blueprints = (
        invoices.blueprint,
        documents.blueprint,
        invoice_templates.blueprint,
        matches.matches,
        matches.claims,
        workbench.decisions,
        workbench.bench,
        remittances.remittances,
        held.held_invoices,
        bills.bills,
        remittances.advices,
        payment_runs.runs,
        payment_runs.settings,
        bills.credit_notes,
        bills.accounts,
        bills.reports,
        desk.desk,
        bank.statements,
        bank.lines,
    )
    return web.create_app(
        "billing", settings, database, blueprints, STATUSES, title="Bursar billing", largest_body=LARGEST_BODY
    )
