"""What the parts agree on: money, identifiers, roles and events. Imports nothing of theirs."""
