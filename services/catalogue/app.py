"""The catalogue's web process."""

import os

from flask import Flask

from chassis import web
from chassis.database import Database
from chassis.settings import Settings, read_settings
from services.catalogue.api import planner_views, price_list_views, vat_views, views
from services.catalogue.api.errors import STATUSES


def create_app() -> Flask:
    """The application under the settings of the environment."""
    settings = read_settings("catalogue", os.environ)
    return build_app(settings, Database(settings.database_url, pool_size=settings.pool_size))


def build_app(settings: Settings, database: Database) -> Flask:
    """The application on a given database."""
    blueprints = (
        views.categories,
        views.contracts,
        views.offers,
        price_list_views.price_lists,
        planner_views.planner,
        vat_views.vat,
    )
    return web.create_app("catalogue", settings, database, blueprints, STATUSES, title="Bursar catalogue")
