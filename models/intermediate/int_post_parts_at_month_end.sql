-- One row per month and part of a social-work post established at the month's end: what
-- each holder works of it, and what nobody does.
with
    posts as ({{ open_at_month_ends(ref("stg_local__posts")) }}),

    holdings as ({{ open_at_month_ends(ref("stg_local__post_holders")) }}),

    held as (
        select
            posts.reporting_month,
            posts.month_end,
            'holding:' || holdings.holding_id as part_id,
            posts.post_id,
            posts.team_id,
            posts.is_front_line,
            holdings.worker_id,
            case
                when holdings.full_time_equivalent is null
                then 'full-time equivalent not recorded'
                when holdings.is_agency
                then 'held by agency staff'
                when not holdings.is_agency
                then 'held by permanent staff'
                else 'held, agency or permanent not recorded'
            end as state,
            coalesce(holdings.full_time_equivalent, 0) as full_time_equivalent,
            'local_post_holders' as source_table,
            holdings.holding_id as source_id
        from posts
        inner join
            holdings
            on posts.reporting_month = holdings.reporting_month
            and posts.post_id = holdings.post_id
    ),

    held_in_all as (
        select reporting_month, post_id, sum(full_time_equivalent) as held
        from held
        group by reporting_month, post_id
    ),

    vacant as (
        select
            posts.reporting_month,
            posts.month_end,
            'vacancy:' || posts.post_id as part_id,
            posts.post_id,
            posts.team_id,
            posts.is_front_line,
            cast(null as varchar) as worker_id,
            'vacant' as state,
            -- Fractions of a post do not add up exactly: a ten-thousandth is none.
            round(
                posts.full_time_equivalent - coalesce(held_in_all.held, 0), 4
            ) as full_time_equivalent,
            'local_posts' as source_table,
            posts.post_id as source_id
        from posts
        left join
            held_in_all
            on posts.reporting_month = held_in_all.reporting_month
            and posts.post_id = held_in_all.post_id
    ),

    parts as (
        select *
        from held
        union all
        select *
        from vacant
        where full_time_equivalent > 0
    )

select
    parts.*,
    case
        when state = 'held by agency staff' then full_time_equivalent else 0
    end as agency_fte,
    case
        when state = 'held by permanent staff' then full_time_equivalent else 0
    end as permanent_fte
from parts
