"""Messages in: one module for each event type."""
