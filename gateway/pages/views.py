"""Every module that adds views to the doors; importing this one opens them all."""

from typing import Final

from gateway.pages import (
    alliance_bank,
    alliance_imports,
    alliance_invoices,
    alliance_money,
    alliance_orders,
    alliance_people,
    alliance_rounds,
    alliance_schools,
    alliance_suppliers,
    amendments,
    invitations,
    notifications,
    reports,
    school_approval,
    school_calendar,
    school_deliveries,
    school_home,
    school_money,
    school_order,
    school_orders,
    school_people,
    school_settings,
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
    alliance_schools,
    alliance_suppliers,
    alliance_people,
    alliance_imports,
    school_settings,
    school_people,
    invitations,
    amendments,
    reports,
    school_calendar,
    notifications,
)
