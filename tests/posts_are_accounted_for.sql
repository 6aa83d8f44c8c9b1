-- Agency, permanent and vacant parts of a post add up to what is established or, where
-- its holders work more than that, to what they work. One row for each that does not.
select parts.reporting_month, parts.post_id, sum(parts.full_time_equivalent) as parts
from {{ ref("int_post_parts_at_month_end") }} as parts
inner join {{ ref("stg_local__posts") }} as posts on parts.post_id = posts.post_id
group by parts.reporting_month, parts.post_id
having
    abs(
        sum(parts.full_time_equivalent) - greatest(
            any_value(posts.full_time_equivalent),
            coalesce(
                sum(parts.full_time_equivalent) filter (where parts.state <> 'vacant'),
                0
            )
        )
    )
    > 0.0001
