"""Readers of a release: they open it read-only and answer from what it holds."""
