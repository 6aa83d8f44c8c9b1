"""Releases: what was built and can no longer change, and the pointer to the one that is read."""
