"""Alembic's entry to the gateway's history."""

from chassis.migrations import run_env

run_env()
