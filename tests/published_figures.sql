-- Every published figure can be read: one id, a measure and a statistic of the
-- register, whole months, and a way to combine several.
select published.figure, published.measure_id, published.statistic
from {{ ref("published_figures") }} as published
left join
    {{ ref("measures") }} as measures on published.measure_id = measures.measure_id
qualify
    measures.measure_id is null
    or not list_contains(string_split(measures.statistics, '; '), published.statistic)
    or count(published.figure) over (partition by published.figure) > 1
    or (published.first_month is null) <> (published.last_month is null)
    or published.first_month > published.last_month
    or extract(day from published.first_month) <> 1
    or extract(day from published.last_month) <> 1
    or published.last_month >= published.as_at
    or (
        case
            when published.first_month is null
            then published.months_combined_by is null
            when published.first_month = published.last_month
            then published.months_combined_by is null
            when published.statistic in ('percent', 'ratio')
            then published.months_combined_by = 'pooled'
            else published.months_combined_by in ('sum', 'mean')
        end
    )
    is not true
