"""What people write about the figures, and the figures it is bound to."""
