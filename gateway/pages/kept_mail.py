"""The mail that this machine keeps instead of sending it, at `/dev/mail`: only where there is no mail server."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort, render_template

from chassis.web import public
from gateway.mail.kept import MOST, kept_mail, kept_mails


def register(app: Flask, folder: Path) -> None:
    """Add the pages. Whoever can reach this machine's Bursar can read them; they exist nowhere else."""
    pages = Blueprint("dev", __name__, url_prefix="/dev")

    @pages.get("/mail")
    @public
    def mails() -> str:
        """The latest mails."""
        return render_template("dev/mails.html", mails=kept_mails(folder), most=MOST)

    @pages.get("/mail/<uuid:name>")
    @public
    def mail(name: Any) -> str:
        """One mail."""
        return render_template("dev/mail.html", mail=kept_mail(folder, str(name)) or abort(404))

    app.register_blueprint(pages)
