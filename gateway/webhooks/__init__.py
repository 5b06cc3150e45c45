"""How webhooks leave: over TLS, to a public address that is looked up once and then held."""
