"""Assurance: what is checked, and how it is said."""
