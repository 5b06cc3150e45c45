"""The members' web process."""

import os

from flask import Flask

from chassis import web
from chassis.database import Database
from chassis.settings import Settings, read_settings
from services.members.api import (
    alliance_views,
    approval_views,
    bank_views,
    import_views,
    interest_views,
    people_views,
    school_views,
    views,
)
from services.members.api.errors import STATUSES


def create_app() -> Flask:
    """The application under the settings of the environment."""
    settings = read_settings("members", os.environ)
    return build_app(settings, Database(settings.database_url, pool_size=settings.pool_size))


def build_app(settings: Settings, database: Database) -> Flask:
    """The application on a given database."""
    blueprints = (
        views.schools,
        school_views.memberships,
        school_views.pupil_counts,
        school_views.sites,
        approval_views.approvals,
        people_views.own_people,
        alliance_views.alliance,
        views.suppliers,
        bank_views.own_supplier,
        views.people,
        import_views.imports,
        interest_views.interests,
    )
    return web.create_app("members", settings, database, blueprints, STATUSES, title="Bursar members")
