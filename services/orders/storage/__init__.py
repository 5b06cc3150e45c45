"""The orders database: each module holds the SQL of one subject; the tables are defined by the migrations."""
