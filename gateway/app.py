"""Composition root of the gateway's web process: `gunicorn 'gateway.app:create_app()'`."""

import os

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from chassis.database import Database
from chassis.logs import configure_logs
from chassis.tokens import Minter
from chassis.web import install_shell
from gateway import api, pages
from gateway.identity.cookies import configure_cookies
from gateway.identity.current import acting
from gateway.pages import kept_mail, notifications
from gateway.security import install_security
from gateway.settings import GatewaySettings, read_gateway_settings
from gateway.upstream import EXTENSION, Upstream

_LARGEST_FORM = 8 * 1024 * 1024


def create_app() -> Flask:
    """The gateway, with its settings from the environment."""
    configure_logs("gateway")
    settings = read_gateway_settings(os.environ)
    return build_app(settings, Database(settings.base.database_url, pool_size=settings.base.pool_size))


def build_app(settings: GatewaySettings, database: Database) -> Flask:
    """The gateway over the given settings and database."""
    app = Flask("gateway")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=_LARGEST_FORM,
        # A form's token is good for as long as its browser's cookie: a slow typist must not be refused.
        WTF_CSRF_TIME_LIMIT=None,
    )
    configure_cookies(app, secure=settings.secure)
    services = Upstream(settings.services, Minter(settings.token_private_key).mint, acting)
    app.extensions[EXTENSION] = services
    app.wsgi_app = api.Door(app.wsgi_app, database, services)  # type: ignore[method-assign]
    install_shell(app, "gateway", database, api.STATUSES)
    install_security(app, secure=settings.secure, proxies=settings.proxies)
    protection = CSRFProtect(app)
    protection.exempt(api.blueprint)
    protection.exempt(notifications.stop)
    app.register_blueprint(api.blueprint)
    pages.register(app)
    if settings.mail_folder is not None:
        kept_mail.register(app, settings.mail_folder)
    return app
