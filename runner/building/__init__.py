"""Building: from a landed extract to a private DuckDB file, in one dbt invocation."""
