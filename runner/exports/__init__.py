"""The figures of a release as files for others."""
