"""Every module that adds views to the doors; importing this one opens them all."""

from typing import Final

from gateway.pages import (
    alliance_bank,
    alliance_invoices,
    alliance_members,
    alliance_money,
    alliance_orders,
    alliance_rounds,
    amendments,
    notifications,
    reports,
    school_approval,
    school_calendar,
    school_deliveries,
    school_home,
    school_money,
    school_order,
    school_orders,
    sign_in,
    supplier_invoices,
    supplier_orders,
)
from gateway.pages.doors import BLUEPRINTS

__all__ = ["BLUEPRINTS", "VIEWS"]

VIEWS: Final = (
    sign_in,
    school_home,
    school_order,
    school_approval,
    school_orders,
    school_deliveries,
    school_money,
    supplier_orders,
    supplier_invoices,
    alliance_rounds,
    alliance_orders,
    alliance_invoices,
    alliance_money,
    alliance_bank,
    alliance_members,
    amendments,
    reports,
    school_calendar,
    notifications,
)
