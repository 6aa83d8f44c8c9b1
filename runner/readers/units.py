"""The units behind the figures of a month."""

UNITS = """
    select units.*
    from release.marts.measure_rows as units
    left join
        (
            select measure_id, list(population) as populations
            from release.marts.dim_population
            where not is_in_all
            group by measure_id
        ) as elsewhere
        on units.measure_id = elsewhere.measure_id
    where
        units.reporting_month = $month
        and list_has_any(units.populations, elsewhere.populations) is not true
"""
"""The units of $month, those left out too; units on a basis of their own are in no figure of `all`."""
