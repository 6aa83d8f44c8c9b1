"""The runner: lands extracts, builds, checks, releases and explains the scorecard."""
