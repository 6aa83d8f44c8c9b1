"""Which figures may be shown to whom: small numbers, and what would give them away.

`runner.disclosure.decide` answers for every figure of a release; nothing else in the project decides whether
a value is shown.
"""
