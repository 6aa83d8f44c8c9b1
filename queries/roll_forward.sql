-- Do children looked after roll forward: opening, starts, ends and closing?
select
    reporting_month,
    lag(looked_after) over (order by reporting_month) as opening,
    starts,
    ends,
    looked_after as closing,
    lag(looked_after) over (order by reporting_month)
    + starts
    - ends
    - looked_after as difference
from
    (
        select
            reporting_month,
            max(value) filter (
                where measure_id = 'children_looked_after'
            ) as looked_after,
            max(value) filter (where measure_id = 'cla_starts') as starts,
            max(value) filter (where measure_id = 'cla_ends') as ends
        from release.marts.measure_results
        where statistic = 'count' and population = 'all'
        group by reporting_month
    ) as flows
qualify opening is not null
order by reporting_month desc
limit 18
