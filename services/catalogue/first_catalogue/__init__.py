"""The catalogue to begin with, as three CSV files; every supplier in it is invented.

Tiers are written `from:price` with a space between, prices in pounds; no phases means every school.
"""
