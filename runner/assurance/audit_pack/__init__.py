"""The auditor's folder of a release: evidence, and samples to compare with the source."""
