"""Invariants of live databases: what must hold whatever has happened, checked by SQL that only reads."""

from bursar.verify.run import CannotVerify, Verdict, verify

__all__ = ["CannotVerify", "Verdict", "verify"]
