"""Billing's web process."""

import os

from flask import Flask

from chassis import web
from chassis.database import Database
from chassis.settings import Settings, read_settings
from services.billing.api import (
    accounts,
    bank,
    bank_settings,
    bill_documents,
    bills,
    chart,
    desk,
    disputes,
    documents,
    fund,
    held,
    invoice_templates,
    invoices,
    ledger,
    ledger_exports,
    manual_journals,
    matches,
    money_reports,
    payment_runs,
    periods,
    receipts,
    remittances,
    vat,
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
        receipts.uninvoiced,
        receipts.awaited,
        vat.reports,
        remittances.remittances,
        remittances.advices,
        payment_runs.runs,
        payment_runs.settings,
        ledger_exports.profiles,
        ledger_exports.exports,
        held.held_invoices,
        bills.bills,
        bills.credit_notes,
        accounts.accounts,
        accounts.rates,
        bill_documents.documents,
        disputes.disputes,
        desk.desk,
        money_reports.money_reports,
        ledger.reports,
        ledger.entries,
        periods.periods,
        periods.adjustments,
        manual_journals.journals,
        chart.charts,
        chart.imports,
        bank.statements,
        bank.lines,
        bank.open_items,
        bank_settings.accounts,
        bank_settings.layouts,
        fund.years,
        fund.contributions,
        fund.payments,
    )
    return web.create_app(
        "billing", settings, database, blueprints, STATUSES, title="Bursar billing", largest_body=LARGEST_BODY
    )
