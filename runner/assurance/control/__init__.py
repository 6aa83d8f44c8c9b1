"""Reconciliation with a control report: what the case system's own screens count, beside our figures."""

from runner.assurance.control.result import (
    BRIDGES,
    ControlResult,
    control_result,
    control_text,
    write_bridges,
)

__all__ = ["BRIDGES", "ControlResult", "control_result", "control_text", "write_bridges"]
