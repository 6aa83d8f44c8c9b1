-- One row per account, fate and reason: what became of every landed row of a table, and
-- of every accepted row of an event table in each of its measures.
-- A flow accounts for a row over all months; a stock at the end of the last month
-- reported. Accounts start from the landed rows themselves: a join that loses rows on
-- their way shows as `unaccounted`.
{% set accounts = {
    "ssd_contacts": {"started": ["contacts", "contact_to_referral", "contact_to_assessment", "recontacts"]},
    "ssd_cin_episodes": {
        "started": ["referrals", "repeat_referrals", "days_until_first_seen"],
        "open": ["children_in_need", "supervisions_overdue"],
    },
    "ssd_cin_assessments": {
        "started": ["assessments_started", "contact_to_assessment"],
        "ended": [
            "assessments_completed",
            "assessments_case_to_close",
            "assessments_child_seen",
            "assessments_within_45_days",
        ],
    },
    "ssd_s47_enquiry": {
        "ended": ["s47_enquiries", "s47_to_icpc", "s47_under_cp_plan", "s47_no_further_action"]
    },
    "ssd_initial_cp_conference": {
        "started": ["icpcs", "icpcs_within_15_days", "icpcs_resulting_in_plan"]
    },
    "ssd_cp_plans": {
        "started": ["cp_plan_starts", "repeat_cp_plans"],
        "ended": ["cp_plan_ends", "cp_plans_ended_two_years_plus"],
        "open": [
            "cp_plans",
            "cp_plans_two_years_plus",
            "cp_reviews_up_to_date",
            "cp_visits_up_to_date",
        ],
    },
    "ssd_cin_plans": {
        "started": ["cin_plan_starts"],
        "ended": ["cin_plan_ends"],
        "open": [
            "cin_plans",
            "cin_plans_reviewed_in_time",
            "cin_visits_up_to_date",
            "cin_plan_assessments_in_time",
            "cin_supervision_orders",
        ],
    },
    "ssd_cla_episodes": {
        "started": ["cla_starts"],
        "ended": ["cla_ends"],
        "open": [
            "children_looked_after",
            "cla_visits_up_to_date",
            "cla_three_plus_placements",
            "cla_health_assessments_up_to_date",
            "cla_dental_checks_up_to_date",
            "cla_permanence_plans",
            "cla_long_term_placements",
            "cla_placed_in_county",
        ],
    },
    "ssd_cla_placement": {"open": ["unregistered_placements_under_16"]},
    "ssd_care_leavers": {
        "open": [
            "care_leavers",
            "care_leavers_in_touch",
            "care_leavers_suitable_accommodation",
            "care_leavers_eet",
            "care_leavers_accommodation_changes",
            "care_leaver_visits_up_to_date",
            "pathway_plans_up_to_date",
        ]
    },
    "ssd_missing": {"started": ["missing_episodes"]},
    "ssd_permanence": {
        "started": ["fostering_for_adoption"],
        "ended": ["adopted_from_care", "special_guardianship_orders"],
    },
    "ssd_ehcp_requests": {"ended": ["ehc_six_week_decisions"]},
    "ssd_ehcp_assessment": {"ended": ["ehc_sixteen_week_decisions"]},
    "ssd_ehcp_named_plan": {"started": ["ehc_plans_within_20_weeks"]},
    "local_audits": {"ended": ["audits_completed", "audits_good_or_better"]},
    "local_attendance": {"started": ["school_attendance"]},
    "local_children_missing_education": {"open": ["children_missing_education"]},
    "local_home_education": {"open": ["electively_home_educated"]},
    "local_suspensions": {"started": ["suspensions"]},
    "local_exclusions": {"started": ["permanent_exclusions"]},
    "local_exclusion_reviews": {"started": ["exclusion_reviews"]},
    "local_post_holders": {
        "open": [
            "agency_rate_all_teams",
            "agency_rate_front_line",
            "social_worker_vacancies",
            "average_caseload",
        ]
    },
    "local_posts": {
        "open": ["agency_rate_all_teams", "agency_rate_front_line", "social_worker_vacancies"]
    },
} %}
{# The landed columns: key, whom it is about, start, end. #}
{% set columns = {
    "ssd_contacts": ["cont_contact_id", "cont_person_id", "cont_contact_date"],
    "ssd_cin_episodes": ["cine_referral_id", "cine_person_id", "cine_referral_date", "cine_close_date"],
    "ssd_cin_assessments": [
        "cina_assessment_id",
        "cina_person_id",
        "cina_assessment_start_date",
        "cina_assessment_auth_date",
    ],
    "ssd_s47_enquiry": [
        "s47e_s47_enquiry_id",
        "s47e_person_id",
        "s47e_s47_start_date",
        "s47e_s47_end_date",
    ],
    "ssd_initial_cp_conference": ["icpc_icpc_id", "icpc_person_id", "icpc_icpc_date"],
    "ssd_cp_plans": [
        "cppl_cp_plan_id",
        "cppl_person_id",
        "cppl_cp_plan_start_date",
        "cppl_cp_plan_end_date",
    ],
    "ssd_cin_plans": [
        "cinp_cin_plan_id",
        "cinp_person_id",
        "cinp_cin_plan_start_date",
        "cinp_cin_plan_end_date",
    ],
    "ssd_cla_episodes": [
        "clae_cla_episode_id",
        "clae_person_id",
        "clae_cla_episode_start_date",
        "clae_cla_episode_ceased_date",
    ],
    "ssd_cla_placement": [
        "clap_cla_placement_id",
        "clap_person_id",
        "clap_cla_placement_start_date",
        "clap_cla_placement_end_date",
    ],
    "ssd_missing": [
        "miss_table_id",
        "miss_person_id",
        "miss_missing_episode_start_date",
        "miss_missing_episode_end_date",
    ],
    "ssd_permanence": [
        "perm_table_id",
        "perm_person_id",
        "perm_placed_ffa_cp_date",
        "perm_permanence_order_date",
    ],
    "ssd_ehcp_requests": [
        "ehcr_ehcp_request_id",
        "null",
        "ehcr_ehcp_req_date",
        "ehcr_ehcp_req_outcome_date",
    ],
    "ssd_ehcp_assessment": [
        "ehca_ehcp_assessment_id",
        "null",
        "null",
        "ehca_ehcp_assessment_outcome_date",
    ],
    "ssd_ehcp_named_plan": [
        "ehcn_named_plan_id",
        "null",
        "ehcn_named_plan_start_date",
        "ehcn_named_plan_ceased_date",
    ],
    "local_audits": [
        "audi_audit_id",
        "audi_person_id",
        "audi_commissioned_date",
        "audi_completed_date",
    ],
    "local_attendance": [
        "atte_pupil_id || '/' || cast(atte_month as date)",
        "atte_pupil_id",
        "atte_month",
    ],
    "local_children_missing_education": [
        "cmed_episode_id",
        "cmed_pupil_id",
        "cmed_start_date",
        "cmed_end_date",
    ],
    "local_home_education": [
        "ehed_episode_id",
        "ehed_pupil_id",
        "ehed_start_date",
        "ehed_end_date",
    ],
    "local_suspensions": ["susp_suspension_id", "susp_pupil_id", "susp_start_date"],
    "local_exclusions": ["excl_exclusion_id", "excl_pupil_id", "excl_date"],
    "local_exclusion_reviews": [
        "exrv_review_id",
        "null",
        "coalesce(exrv_decision_date, exrv_referred_date)",
    ],
    "local_post_holders": [
        "poho_holding_id",
        "poho_worker_id",
        "poho_start_date",
        "poho_end_date",
    ],
    "local_posts": ["post_post_id", "null", "post_start_date", "post_end_date"],
} %}
with
    last_month as (
        select reporting_month, month_end, state_as_at
        from {{ ref("dim_month") }}
        qualify row_number() over (order by reporting_month desc) = 1
    ),

    landed as (
        {% for table, names in columns.items() %}
            select
                '{{ table }}' as source_table,
                {{ names[0] }} as source_id,
                {{ names[1] }} as subject_id,
                cast({{ names[2] }} as date) as started_on,
                cast({{ names[3] or "null" }} as date) as ended_on
            from {{ source("ssd" if table.startswith("ssd") else "local", table) }}
            union all
        {% endfor %}
        -- Care leavers are accounted for in the extract that shows the last month's
        -- state.
        select
            'ssd_care_leavers',
            clea_table_id,
            clea_person_id,
            last_month.month_end,
            cast(null as date)
        from {{ source("ssd", "ssd_care_leavers") }} as care_leavers
        inner join last_month on care_leavers.extract_as_at = last_month.state_as_at
    ),

    accounts(source_table, counted_by, measure_id) as (
        values
            {% for table, ways in accounts.items() %}
                {% set outer = loop %}
                {% for counted_by, measures in ways.items() %}
                    {% set middle = loop %}
                    {% for measure in measures %}
                        ('{{ table }}', '{{ counted_by }}', '{{ measure }}')
                        {{- "" if outer.last and middle.last and loop.last else "," }}
                    {% endfor %}
                {% endfor %}
            {% endfor %}
    ),

    -- A row with several units in a measure has the fate of the first of them.
    units as (
        select
            accounts.measure_id,
            accounts.source_table,
            case
                when facts.source_table = 'local_attendance'
                then facts.source_id || '/' || facts.reporting_month
                else facts.source_id
            end as accounted_id,
            min_by(
                {'outcome':facts.outcome, 'reason':facts.reason},
                case
                    facts.outcome
                    when 'yes'
                    then 1
                    when 'no'
                    then 2
                    when 'pending'
                    then 3
                    else 4
                end
                || facts.reason
            ) as fate
        from accounts
        inner join
            {{ ref("measure_rows") }} as facts
            on accounts.measure_id = facts.measure_id
            and accounts.source_table = facts.source_table
        where
            accounts.counted_by <> 'open'
            or facts.reporting_month = (select reporting_month from last_month)
        group by all
    ),

    -- Whose stock, whose permanence order, and whose start or end of care on a day,
    -- another row proves.
    subjects as (
        select distinct
            accounts.measure_id,
            unnest([facts.unit_id, facts.person_id]) as subject_id,
            case
                when accounts.counted_by = 'open'
                then last_month.month_end
                else facts.counted_on
            end as proved_on
        from accounts
        inner join
            {{ ref("measure_rows") }} as facts on accounts.measure_id = facts.measure_id
        cross join last_month
        where
            (
                accounts.source_table in ('ssd_permanence', 'ssd_cla_episodes')
                and accounts.counted_by <> 'open'
            )
            or (
                accounts.counted_by = 'open'
                and facts.reporting_month = (select reporting_month from last_month)
            )
    ),

    -- Who was looked at for a stock and left out of it, is left out of what is said
    -- of it.
    left_out_of_stock as (
        select
            facts.measure_id as stock_id,
            unnest(
                case
                    when facts.measure_id = 'children_looked_after'
                    then [facts.source_table, 'ssd_cla_placement']
                    else [facts.source_table]
                end
            ) as source_table,
            facts.person_id,
            facts.reason
        from {{ ref("measure_rows") }} as facts
        inner join last_month on facts.reporting_month = last_month.reporting_month
        where
            facts.outcome = 'excluded'
            and facts.measure_id
            in ('children_looked_after', 'cp_plans', 'children_in_need', 'care_leavers')
    ),

    -- Rows that a measure does not look at, by its definition and the landed rows
    -- alone.
    care_episodes as (
        select
            clae_cla_episode_id,
            clae_cla_episode_ceased_reason,
            row_number() over (
                partition by clae_person_id, clae_cla_id
                order by clae_cla_episode_start_date, clae_cla_episode_id
            ) as place,
            row_number() over (
                partition by clae_person_id, clae_cla_id
                order by clae_cla_episode_start_date desc, clae_cla_episode_id desc
            ) as place_from_last,
            bool_or(clae_cla_episode_ceased_date is null) over (
                partition by clae_person_id, clae_cla_id
            ) as is_period_open
        from {{ source("ssd", "ssd_cla_episodes") }}
    ),

    posts as (
        select
            posts.post_post_id,
            posts.post_is_front_line,
            bool_or(
                posts.post_start_date <= last_month.month_end
                and coalesce(posts.post_end_date, {{ far_future() }})
                > last_month.month_end
            ) as is_established,
            any_value(posts.post_fte) - coalesce(sum(holders.poho_fte), 0) as vacant_fte
        from {{ source("local", "local_posts") }} as posts
        cross join last_month
        left join
            {{ source("local", "local_post_holders") }} as holders
            on posts.post_post_id = holders.poho_post_id
            and holders.poho_start_date <= last_month.month_end
            and coalesce(holders.poho_end_date, {{ far_future() }})
            > last_month.month_end
        group by posts.post_post_id, posts.post_is_front_line
    ),

    out_of_scope(measure_id, source_id, reason) as (
        select 'adopted_from_care', perm_table_id, 'no adoption order'
        from {{ source("ssd", "ssd_permanence") }}
        where
            coalesce(perm_permanence_order_type, '') not in ('E11', 'E12')
            and coalesce(perm_permanence_order_type, '') not ilike '%adoption%'
        union all
        select
            'special_guardianship_orders',
            perm_table_id,
            'no special guardianship order'
        from {{ source("ssd", "ssd_permanence") }}
        where
            coalesce(perm_permanence_order_type, '')
            not in ('E43', 'E44', 'E45', 'E46', 'E47', 'E48', 'SGO')
            and coalesce(perm_permanence_order_type, '') not ilike '%special guardian%'
        union all
        select 'missing_episodes', miss_table_id, 'away, not missing'
        from {{ source("ssd", "ssd_missing") }}
        where coalesce(upper(trim(miss_missing_episode_type)), '') <> 'M'
        union all
        select
            'cla_starts',
            clae_cla_episode_id,
            'not the first episode of its period of care'
        from care_episodes
        where place > 1
        union all
        select
            'cla_ends',
            clae_cla_episode_id,
            'not the last episode of its period of care'
        from care_episodes
        where place_from_last > 1
        union all
        select
            'cla_ends',
            clae_cla_episode_id,
            'ceased only because another episode begins'
        from care_episodes
        where upper(trim(clae_cla_episode_ceased_reason)) = 'X1'
        union all
        select
            'cla_ends', clae_cla_episode_id, 'an episode of its period of care is open'
        from care_episodes
        where is_period_open
        union all
        select
            'unregistered_placements_under_16',
            placements.clap_cla_placement_id,
            'not recorded as unregistered at the month''s end'
        from {{ source("ssd", "ssd_cla_placement") }} as placements
        cross join last_month
        anti join
            {{ source("local", "local_unregistered_placements") }} as unregistered
            on placements.clap_cla_placement_id = unregistered.unpl_cla_placement_id
            and unregistered.unpl_start_date <= last_month.month_end
            and coalesce(unregistered.unpl_end_date, {{ far_future() }})
            > last_month.month_end
        union all
        select
            'unregistered_placements_under_16',
            placements.clap_cla_placement_id,
            case
                when bool_or(later.clap_cla_placement_id is not null)
                then 'a later placement of the child is open'
                else 'no episode of care is open at the month''s end'
            end
        from {{ source("ssd", "ssd_cla_placement") }} as placements
        cross join last_month
        left join
            {{ source("ssd", "ssd_cla_placement") }} as later
            on placements.clap_person_id = later.clap_person_id
            and placements.clap_cla_placement_start_date
            < later.clap_cla_placement_start_date
            and later.clap_cla_placement_start_date <= last_month.month_end
            and coalesce(later.clap_cla_placement_end_date, {{ far_future() }})
            > last_month.month_end
        left join
            {{ source("ssd", "ssd_cla_episodes") }} as episodes
            on placements.clap_person_id = episodes.clae_person_id
            and episodes.clae_cla_episode_start_date <= last_month.month_end
            and coalesce(episodes.clae_cla_episode_ceased_date, {{ far_future() }})
            > last_month.month_end
        group by placements.clap_cla_placement_id
        having
            bool_or(later.clap_cla_placement_id is not null)
            or bool_and(episodes.clae_cla_episode_id is null)
        union all
        select
            'care_leavers_accommodation_changes',
            clea_table_id,
            'not in unsuitable accommodation'
        from {{ source("ssd", "ssd_care_leavers") }}
        where coalesce(trim(clea_care_leaver_accom_suitable), '') <> '2'
        union all
        select
            unnest(
                [
                    'agency_rate_all_teams',
                    'agency_rate_front_line',
                    'social_worker_vacancies'
                ]
            ),
            post_post_id,
            'no part of it is vacant'
        from posts
        where vacant_fte < 0.0001
        union all
        select 'agency_rate_front_line', post_post_id, 'not a front-line post'
        from posts
        where coalesce(post_is_front_line, '') <> 'Y'
        union all
        select
            unnest(
                [
                    'agency_rate_all_teams',
                    'agency_rate_front_line',
                    'social_worker_vacancies',
                    'average_caseload'
                ]
            ),
            holders.poho_holding_id,
            'the post is not established at the month''s end'
        from {{ source("local", "local_post_holders") }} as holders
        left join posts on holders.poho_post_id = posts.post_post_id
        where posts.is_established is not true
        union all
        select
            'agency_rate_front_line', holders.poho_holding_id, 'not a front-line post'
        from {{ source("local", "local_post_holders") }} as holders
        inner join posts on holders.poho_post_id = posts.post_post_id
        where coalesce(posts.post_is_front_line, '') <> 'Y'
    ),

    scopes as (
        select measure_id, source_id, min(reason) as reason
        from out_of_scope
        group by measure_id, source_id
    ),

    dated as (
        select
            accounts.measure_id,
            accounts.counted_by,
            landed.*,
            case
                accounts.counted_by
                when 'ended'
                then landed.ended_on
                else landed.started_on
            end as counted_on,
            case
                accounts.counted_by
                when 'open'
                then last_month.month_end
                when 'ended'
                then landed.ended_on
                else landed.started_on
            end as proved_on
        from accounts
        cross join last_month
        inner join landed on accounts.source_table = landed.source_table
    ),

    fates as (
        select
            dated.measure_id,
            dated.source_table,
            dated.source_id,
            case
                when units.accounted_id is not null
                then units.fate
                when dated.counted_on is null
                then {'outcome':'not in scope', 'reason':'no date of that kind'}
                when
                    dated.counted_by <> 'open'
                    and {{ month_of("dated.counted_on") }}
                    not in (select reporting_month from {{ ref("dim_month") }})
                then
                    {
                        'outcome':'outside the months',
                        'reason':'dated outside the months reported'
                    }
                when
                    dated.counted_by = 'open'
                    and (
                        dated.started_on > last_month.month_end
                        or dated.ended_on <= last_month.month_end
                    )
                then
                    {
                        'outcome':'outside the months',
                        'reason':'not open at the end of the last month'
                    }
                when scopes.reason is not null
                then {'outcome':'not in scope', 'reason':scopes.reason}
                when subjects.subject_id is not null
                then
                    {
                        'outcome':'not in scope',
                        'reason':'another row proves the same unit'
                    }
                when left_out_of_stock.person_id is not null
                then
                    {
                        'outcome':'not in scope',
                        'reason':'left out of '
                        || left_out_of_stock.stock_id
                        || ': '
                        || left_out_of_stock.reason
                    }
                else {'outcome':'unaccounted', 'reason':'no fate'}
            end as fate
        from dated
        cross join last_month
        left join
            units
            on dated.measure_id = units.measure_id
            and dated.source_table = units.source_table
            and dated.source_id = units.accounted_id
        left join
            scopes
            on dated.measure_id = scopes.measure_id
            and dated.source_id = scopes.source_id
        left join
            subjects
            on dated.measure_id = subjects.measure_id
            and dated.subject_id = subjects.subject_id
            and dated.proved_on = subjects.proved_on
        left join
            left_out_of_stock
            on dated.counted_by = 'open'
            and dated.source_table = left_out_of_stock.source_table
            and dated.subject_id = left_out_of_stock.person_id
    ),

    -- A row that was rejected for several reasons has the fate of the first.
    rejected as (
        select source_table, reason, count(source_line) as row_count
        from
            (
                select "table" as source_table, source_line, min(reason) as reason
                from {{ source("landing", "rejected") }}
                group by "table", source_line
            ) as rejected_lines
        group by source_table, reason
    ),

    landings as (
        select source_table, 'accepted' as fate, 'accepted' as reason, held as row_count
        from {{ source("landing", "receipts") }}
        union all
        select source_table, 'exact duplicate', 'exact duplicate', exact_duplicates
        from {{ source("landing", "receipts") }}
        union all
        select source_table, 'erased', 'person erased', erased
        from {{ source("landing", "receipts") }}
        union all
        select source_table, 'rejected', reason, row_count
        from rejected
    )

select
    'landing' as account,
    cast(null as varchar) as measure_id,
    source_table,
    fate,
    reason,
    cast(row_count as bigint) as row_count
from landings
where fate = 'accepted' or row_count > 0
union all
select
    'landing',
    null,
    receipts.source_table,
    'unaccounted',
    'no fate',
    cast(
        abs(any_value(receipts.rows_read) - sum(landings.row_count))
        + abs(any_value(receipts.accepted) - any_value(receipts.held)) as bigint
    )
from {{ source("landing", "receipts") }} as receipts
left join landings on receipts.source_table = landings.source_table
group by receipts.source_table
union all
select 'measure', measure_id, source_table, fate.outcome, fate.reason, count(source_id)
from fates
group by all
union all
-- The other way round: a unit whose source row was not landed.
select
    'measure',
    units.measure_id,
    units.source_table,
    'unit without a landed row',
    'no such row was landed',
    count(units.accounted_id)
from units
anti join
    (
        select source_table, source_id
        from landed
        union all
        -- Who left unsuitable accommodation is proved by the extract before.
        select 'ssd_care_leavers', clea_table_id
        from {{ source("ssd", "ssd_care_leavers") }}
    ) as rows_landed
    on units.source_table = rows_landed.source_table
    and units.accounted_id = rows_landed.source_id
group by units.measure_id, units.source_table
