-- One row per live measure: how long its figures are provisional, and by how much
-- they were revised until now.
select
    measures.measure_id,
    measures.statistic,
    case
        when measured.final_after_days is not null
        then 'measured'
        when measured.moved_until_days >= measures.matures_after_days
        then 'measured'
        else 'register'
    end as basis,
    coalesce(
        measured.final_after_days,
        case
            when measured.moved_until_days >= measures.matures_after_days
            then measured.moved_until_days + 1
            else measures.matures_after_days
        end
    ) as final_after_days,
    coalesce(measured.origin_months, 0) as origin_months,
    measured.median_revision,
    measured.p90_revision,
    measured.revision_months
from
    (
        select
            measure_id,
            version,
            matures_after_days,
            split_part(statistics, '; ', 1) as statistic
        from {{ ref("measures") }}
        where status = 'live'
    ) as measures
left join
    {{ source("landing", "measured_maturity") }} as measured
    on measures.measure_id = measured.measure_id
    and measures.statistic = measured.statistic
    and measures.version = measured.definition_version
