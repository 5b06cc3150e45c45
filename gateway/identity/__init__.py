"""Who makes the request in hand, and what a page asks of them.

A page's view stands under `sign_in_required`, naming the roles that may see it:

    @blueprint.get("/rounds/<round_id>")
    @sign_in_required("alliance_manager", "board_member")
    def round_board(round_id: str) -> str: ...
"""

from gateway.identity.access import SEAT_PATH, SIGN_IN_PATH, local_target, sign_in_required
from gateway.identity.cookies import forget_browser, remember_browser
from gateway.identity.current import acting, caller_address, current_seat, current_session
from gateway.identity.forms import drop_kept_form, form_kept_for_me

__all__ = [
    "SEAT_PATH",
    "SIGN_IN_PATH",
    "acting",
    "caller_address",
    "current_seat",
    "current_session",
    "drop_kept_form",
    "forget_browser",
    "form_kept_for_me",
    "local_target",
    "remember_browser",
    "sign_in_required",
]
