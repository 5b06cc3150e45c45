"""The suppliers of the alliance, and the contracts with each."""

from typing import Any

from flask import render_template

from gateway.pages import ask
from gateway.pages.doors import alliance, for_alliance


@alliance.get("/suppliers")
@for_alliance
def suppliers() -> str:
    """Every supplier."""
    found = ask.items("members", "/suppliers")
    found.sort(key=lambda supplier: supplier["name"])
    return render_template("alliance/suppliers.html", suppliers=found)


@alliance.get("/suppliers/<uuid:supplier_id>")
@for_alliance
def supplier_entry(supplier_id: Any) -> str:
    """One supplier and its contracts."""
    found = ask.one("members", f"/suppliers/{supplier_id}")
    contracts = ask.items_or_none("catalogue", "/contracts")
    own = None if contracts is None else [each for each in contracts if each["supplier_id"] == found["supplier_id"]]
    return render_template("alliance/supplier.html", supplier=found, contracts=own)
