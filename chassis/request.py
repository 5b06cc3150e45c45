"""The request in hand: who makes it and which database it goes to."""

from flask import current_app, g

from chassis.actor import Actor
from chassis.database import Database


def current_actor() -> Actor:
    """The actor of the request in hand, as its token names it."""
    actor: Actor = g.actor
    return actor


def current_database() -> Database:
    """The database of the application in hand."""
    database: Database = current_app.extensions["bursar_database"]
    return database
