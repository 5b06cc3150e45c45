"""HTTP in: /rounds and /purchase-orders."""
