"""How a mail looks and how it leaves: the message, and the ways to hand it over."""
