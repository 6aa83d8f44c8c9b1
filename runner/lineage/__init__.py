"""Where every column of a release comes from: through each model, down to the columns of the source."""
