"""The rules of signing in, each with the stable code that outside programs may rely on."""

from contracts.errors import BrokenRule


class SignInRefused(BrokenRule):
    """The e-mail address and password do not belong together; which of them is wrong is not told."""

    code = "sign_in_refused"


class TooManyAttempts(BrokenRule):
    """Too many sign-ins failed for this account or from this address: wait `retry_after` seconds."""

    code = "too_many_attempts"

    def __init__(self, retry_after: int) -> None:
        minutes = max(1, round(retry_after / 60))
        super().__init__(f"Too many attempts to sign in. Try again in {minutes} minute{'' if minutes == 1 else 's'}.")
        self.retry_after = retry_after


class NoSeat(BrokenRule):
    """The person holds no role today."""

    code = "no_seat"


class SeatRequired(BrokenRule):
    """The person has several seats and must choose one."""

    code = "seat_required"


class UnknownSeat(BrokenRule):
    """The chosen seat is not, or no longer, one of the person's."""

    code = "unknown_seat"


class PasswordTooWeak(BrokenRule):
    """The new password breaks the password rules."""

    code = "password_too_weak"


class SessionExpired(BrokenRule):
    """The request names no living session."""

    code = "session_expired"


class CsrfRequired(BrokenRule):
    """A change made with the browser's cookie must prove that it comes from one of our own pages."""

    code = "csrf_required"


class FormTooLarge(BrokenRule):
    """The form is too large to be kept while its sender signs in again."""

    code = "form_too_large"


class InvitationUnusable(BrokenRule):
    """A link to set a password that was used, taken back or has expired, or that never was one."""

    code = "invitation_unusable"


class LinkUnusable(BrokenRule):
    """A link that works without an account and was used, taken back or has expired, or that never was one."""

    code = "link_unusable"


class AlreadySignsIn(BrokenRule):
    """Somebody who has a password is not invited again: only they themselves ask for another."""

    code = "already_signs_in"


class ProgramUnknown(BrokenRule):
    """No program in use has this id and secret."""

    code = "invalid_client"


class WebhookRefused(BrokenRule):
    """An address that is not called: not https, not public, or told nothing."""

    code = "webhook_refused"
