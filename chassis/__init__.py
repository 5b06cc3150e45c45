"""Machinery without a domain noun, shared by the gateway and the services."""
