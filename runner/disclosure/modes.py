"""For whom figures are shown, and what a small number is."""

from enum import StrEnum

SMALL = 6
"""Counts from 1 to 5 are small: above nought and below this."""

SUPPRESSED, NOT_APPLICABLE = "c", "z"
"""What stands for a figure that is not shown, and for one that cannot be divided."""


class Mode(StrEnum):
    """For whom: the council itself, partners who keep it to themselves, or everyone."""

    INTERNAL = "internal"
    PARTNER = "partner"
    PUBLIC = "public"
