"""The web pages: what people of schools, suppliers and the alliance see. See `doors.py` for who may see what."""

from flask import Flask
from flask_bootstrap import Bootstrap5

from gateway.pages.compress import register as register_compression
from gateway.pages.layout import register as register_frame
from gateway.pages.problems import register as register_problems
from gateway.pages.service_words import register as register_service_filters
from gateway.pages.show import register as register_filters
from gateway.pages.spreadsheets import register as register_spreadsheets
from gateway.pages.views import BLUEPRINTS


def register(app: Flask) -> None:
    """Add the pages, their frame, filters and error pages to the gateway."""
    app.config.setdefault("BOOTSTRAP_SERVE_LOCAL", True)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    Bootstrap5(app)
    register_filters(app)
    register_service_filters(app)
    register_frame(app)
    register_problems(app)
    register_compression(app)
    register_spreadsheets(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
