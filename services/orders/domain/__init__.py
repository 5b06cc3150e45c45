"""Rules of collective orders: rounds, schools' orders, tiers, purchase orders and receipts."""
