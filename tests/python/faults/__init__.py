"""Faults on purpose: every disk call failed in turn, kills, full disks; and what must hold after each.

`python -m faults` tries them all and writes docs/faults.md; the tests try a small part of them.
"""
