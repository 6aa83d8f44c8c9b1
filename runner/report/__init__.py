"""The board's report: the paper that a board reads, every figure in it bound to the release."""
