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
            ('plan open', 'cp_plans_two_years_plus', 'ssd_cp_plans')
    ),

    counted_rows as (
        select
            looks.event,
            measure_rows.reporting_month,
            measure_rows.source_id,
            count(measure_rows.measure_id) as measures
        from {{ ref("measure_rows") }} as measure_rows
        inner join
            looks
            on measure_rows.measure_id = looks.measure_id
            and measure_rows.source_table = looks.source_table
        -- Plans for another authority are listed in the stock alone.
        where measure_rows.measure_id <> 'cp_plans' or measure_rows.outcome = 'yes'
        group by looks.event, measure_rows.reporting_month, measure_rows.source_id
    )

select
    counted_rows.event,
    counted_rows.reporting_month,
    count(counted_rows.source_id) as source_rows
from counted_rows
inner join
    (select event, count(measure_id) as measures from looks group by event) as expected
    on counted_rows.event = expected.event
where counted_rows.measures <> expected.measures
group by counted_rows.event, counted_rows.reporting_month
