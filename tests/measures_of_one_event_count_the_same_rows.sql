-- One row per event and month whose measures do not all look at the same source rows.
with
    looks(event, measure_id, source_table) as (
        values
            ('contact received', 'contacts', 'ssd_contacts'),
            ('contact received', 'contact_to_referral', 'ssd_contacts'),
            ('contact received', 'contact_to_assessment', 'ssd_contacts'),
            ('referral received', 'referrals', 'ssd_cin_episodes'),
            ('referral received', 'repeat_referrals', 'ssd_cin_episodes'),
            ('assessment started', 'assessments_started', 'ssd_cin_assessments'),
            ('assessment started', 'contact_to_assessment', 'ssd_cin_assessments'),
            ('assessment completed', 'assessments_completed', 'ssd_cin_assessments'),
            (
                'assessment completed',
                'assessments_case_to_close',
                'ssd_cin_assessments'
            ),
            (
                'assessment completed',
                'assessments_within_45_days',
                'ssd_cin_assessments'
            ),
            ('assessment completed', 'assessments_child_seen', 'ssd_cin_assessments'),
            ('enquiry completed', 's47_enquiries', 'ssd_s47_enquiry'),
            ('enquiry completed', 's47_to_icpc', 'ssd_s47_enquiry'),
            ('conference held', 'icpcs', 'ssd_initial_cp_conference'),
            ('conference held', 'icpcs_within_15_days', 'ssd_initial_cp_conference'),
            ('plan started', 'cp_plan_starts', 'ssd_cp_plans'),
            ('plan started', 'repeat_cp_plans', 'ssd_cp_plans'),
            ('plan open', 'cp_plans', 'ssd_cp_plans'),
            ('plan open', 'cp_plans_two_years_plus', 'ssd_cp_plans'),
            ('contact received', 'recontacts', 'ssd_contacts'),
            ('referral received', 'days_until_first_seen', 'ssd_cin_episodes'),
            ('enquiry completed', 's47_under_cp_plan', 'ssd_s47_enquiry'),
            ('enquiry completed', 's47_no_further_action', 'ssd_s47_enquiry'),
            ('conference held', 'icpcs_resulting_in_plan', 'ssd_initial_cp_conference'),
            ('plan ended', 'cp_plan_ends', 'ssd_cp_plans'),
            ('plan ended', 'cp_plans_ended_two_years_plus', 'ssd_cp_plans'),
            ('plan open', 'cp_visits_up_to_date', 'ssd_cp_plans'),
            ('plan open', 'cp_reviews_up_to_date', 'ssd_cp_plans'),
            ('need plan open', 'cin_plans', 'ssd_cin_plans'),
            ('need plan open', 'cin_plans_reviewed_in_time', 'ssd_cin_plans'),
            ('child on a need plan', 'cin_visits_up_to_date', 'ssd_cin_plans'),
            ('child on a need plan', 'cin_plan_assessments_in_time', 'ssd_cin_plans'),
            ('child on a need plan', 'cin_supervision_orders', 'ssd_cin_plans'),
            ('child looked after', 'children_looked_after', 'ssd_cla_episodes'),
            ('child looked after', 'cla_visits_up_to_date', 'ssd_cla_episodes'),
            ('child looked after', 'cla_three_plus_placements', 'ssd_cla_episodes'),
            (
                'child looked after',
                'cla_health_assessments_up_to_date',
                'ssd_cla_episodes'
            ),
            ('child looked after', 'cla_dental_checks_up_to_date', 'ssd_cla_episodes'),
            ('child looked after', 'cla_permanence_plans', 'ssd_cla_episodes'),
            ('child looked after', 'cla_long_term_placements', 'ssd_cla_episodes'),
            ('child looked after', 'cla_placed_in_county', 'ssd_cla_episodes'),
            ('care leaver on record', 'care_leavers', 'ssd_care_leavers'),
            ('care leaver on record', 'care_leavers_in_touch', 'ssd_care_leavers'),
            (
                'care leaver on record',
                'care_leavers_suitable_accommodation',
                'ssd_care_leavers'
            ),
            ('care leaver on record', 'care_leavers_eet', 'ssd_care_leavers'),
            (
                'care leaver on record',
                'care_leaver_visits_up_to_date',
                'ssd_care_leavers'
            ),
            ('care leaver on record', 'pathway_plans_up_to_date', 'ssd_care_leavers'),
            ('child in need', 'children_in_need', 'ssd_cin_episodes'),
            ('child in need', 'supervisions_overdue', 'ssd_cin_episodes'),
            ('audit completed', 'audits_completed', 'local_audits'),
            ('audit completed', 'audits_good_or_better', 'local_audits'),
            ('post held', 'agency_rate_all_teams', 'local_post_holders'),
            ('post held', 'social_worker_vacancies', 'local_post_holders'),
            ('post vacant', 'agency_rate_all_teams', 'local_posts'),
            ('post vacant', 'social_worker_vacancies', 'local_posts')
    ),

    -- The digest tells two equally large sets of source rows apart.
    counted_rows as (
        select
            looks.event,
            looks.measure_id,
            measure_rows.reporting_month,
            count(measure_rows.source_id) as source_rows,
            bit_xor(hash(measure_rows.source_id)) as digest
        from {{ ref("measure_rows") }} as measure_rows
        inner join
            looks
            on measure_rows.measure_id = looks.measure_id
            and measure_rows.source_table = looks.source_table
        -- Who is left out of these stocks is listed there alone.
        where
            measure_rows.measure_id
            not in ('cp_plans', 'children_looked_after', 'children_in_need')
            or measure_rows.outcome = 'yes'
        group by looks.event, looks.measure_id, measure_rows.reporting_month
    ),

    months_of_events as (
        select
            months.reporting_month,
            looks.event,
            looks.measure_id,
            coalesce(counted_rows.source_rows, 0) as source_rows,
            coalesce(counted_rows.digest, 0) as digest
        from {{ ref("int_months") }} as months
        cross join looks
        left join
            counted_rows
            on months.reporting_month = counted_rows.reporting_month
            and looks.event = counted_rows.event
            and looks.measure_id = counted_rows.measure_id
    )

select
    event,
    reporting_month,
    min(source_rows) as fewest_rows,
    max(source_rows) as most_rows
from months_of_events
group by event, reporting_month
having min(source_rows) <> max(source_rows) or min(digest) <> max(digest)
