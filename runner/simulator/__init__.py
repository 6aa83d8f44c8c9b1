"""The simulator: a council that does not exist, month by month, as its case system would extract it."""

from runner.simulator.simulate import simulate

__all__ = ["simulate"]
