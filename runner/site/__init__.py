"""The static pages of a release: figures, charts and definitions for people who read."""
