"""An invented alliance to try Bursar with: schools, suppliers, people, and a round at every stage of its life."""

from collections.abc import Mapping


def sign_ins() -> list[str]:
    """What to show a person who wants to look around, a line each."""
    from bursar.demo.alliance import PASSWORD, SHOWN

    wide = max(len(email) for _, email in SHOWN)
    lines = [f"  {email:<{wide}}  {who}" for who, email in SHOWN]
    return [f"Sign in with the password “{PASSWORD}” as", *lines]


def load(environ: Mapping[str, str]) -> None:
    """Fill a running Bursar with the demo alliance, through its use cases, so that all events flow.

    The workers must be running. Safe to repeat, also after an interruption: everything is looked up before it is made.
    Raises DemoRefused on a deployed Bursar, DemoStuck when events do not arrive.
    """
    from bursar.demo.loading import load_demo

    load_demo(environ)
