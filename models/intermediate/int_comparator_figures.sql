-- One row per area, year and series that a measure is compared with: a figure of the
-- Department for Education, known by the extract's date.
select
    series.measure_id,
    series.statistic,
    series.population,
    series.series,
    series.comparability,
    series.note,
    series.covers || ' ' || figures.year as covers,
    figures.year,
    figures.year = max(figures.year) over (
        partition by series.measure_id, series.series
    ) as is_latest,
    figures.area,
    figures.area_type,
    figures.is_neighbour,
    figures.value
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
    ) as figures
inner join
    {{ ref("comparator_series") }} as series
    on figures.series = series.series
    and series.comparability <> 'not'
cross join (select max(as_at) as as_at from {{ ref("int_months") }}) as extract_taken
where
    {{
        months_after(
            "make_date(figures.year, series.period_end_month, 1)",
            "(series.published_months_after + 1)",
        )
    }} <= extract_taken.as_at
