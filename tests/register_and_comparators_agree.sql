-- One row per series that the register and the series' own list do not agree on, or
-- that
-- is compared but has no figures.
select
    coalesce(series.series, measures.comparator) as series,
    series.measure_id as listed_for,
    measures.measure_id as registered_for,
    figures.series is not null as has_figures
from {{ ref("comparator_series") }} as series
full join
    {{ ref("measures") }} as measures
    on series.series = measures.comparator
    and series.measure_id = measures.measure_id
left join
    (
        select distinct series
        from
            (
                {{
                    unpivoted(
                        ref("comparator_figures"),
                        ["year", "area", "area_type", "region", "is_neighbour"],
                        "series",
                        "value",
                    )
                }}
            ) as cells
    ) as figures
    on series.series = figures.series
where
    (measures.comparator is not null and series.series is null)
    or (series.comparability <> 'not' and figures.series is null)
    or series.measure_id not in (select measure_id from {{ ref("measures") }})
