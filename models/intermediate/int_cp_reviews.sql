-- One row per protection plan and day on which it was reviewed, with the day the review
-- was due: an interval after the plan's start or after the review before.
with
    reviews as (
        select
            reviews.cp_plan_id,
            reviews.reviewed_on,
            plans.started_on,
            lag(reviews.reviewed_on) over (
                partition by reviews.cp_plan_id order by reviews.reviewed_on
            ) as previous_reviewed_on
        from
            (
                select distinct cp_plan_id, reviewed_on
                from {{ ref("stg_ssd__cp_reviews") }}
            ) as reviews
        inner join
            {{ ref("int_cp_plans") }} as plans
            on reviews.cp_plan_id = plans.cp_plan_id
            and reviews.reviewed_on > plans.started_on
    ),

    timed_reviews as (
        select
            reviews.*,
            {{
                later_by(
                    "coalesce(reviews.previous_reviewed_on, reviews.started_on)",
                    "intervals.months",
                    "intervals.days",
                )
            }} as due_on
        from reviews
        inner join
            {{ ref("intervals") }} as intervals
            on intervals.clock = 'cp_reviews'
            and intervals.step = case
                when reviews.previous_reviewed_on is null then 'first' else 'next'
            end
            and reviews.reviewed_on between intervals.valid_from and intervals.valid_to
    )

select
    cp_plan_id,
    reviewed_on,
    due_on,
    bool_or(reviewed_on > due_on) over (
        partition by cp_plan_id order by reviewed_on
    ) as was_any_late
from timed_reviews
