"""What was published before, how figures moved since, and why."""
