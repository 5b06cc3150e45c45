"""The alliance's home: what waits for the manager, each figure with the page where it is dealt with."""

from flask import render_template

from gateway.pages import ask
from gateway.pages.alliance_money_hub import PLACES, desk_of_billing
from gateway.pages.doors import alliance, for_reader


@alliance.get("")
@for_reader
def home() -> str:
    """Rounds that are open and what waits in the books; a service that is away leaves a gap with a note."""
    rounds, desk = ask.items_or_none("orders", "/rounds"), desk_of_billing()
    figures = [(place, place.figure(desk or {})) for place in PLACES if place.figure]
    return render_template(
        "alliance/home.html",
        open_rounds=[found for found in rounds or [] if found["state"] == "open"],
        figures=[(place, figure) for place, figure in figures if figure],
        away=[name for name, found in (("rounds", rounds), ("the books", desk)) if found is None],
    )
