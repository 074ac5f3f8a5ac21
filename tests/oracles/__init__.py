"""Naive second implementations of published scores, written from the tables of the domain reference alone."""
