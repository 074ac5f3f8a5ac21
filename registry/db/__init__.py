"""How a record is kept: one file a concept, written SQL through psycopg 3."""
