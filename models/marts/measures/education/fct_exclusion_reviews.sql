-- One row per review of an exclusion, in the month of its decision or, until there is
-- one, of its referral.
select
    'exclusion_reviews' as measure_id,
    reporting_month,
    review_id as unit_id,
    cast(null as varchar) as person_id,
    cast(null as varchar) as team_id,
    case
        when decided_on is null
        then 'pending'
        when decision = 'upheld'
        then 'yes'
        else 'no'
    end as outcome,
    case
        when decided_on is null
        then 'not yet decided'
        else coalesce(decision, 'decision not recorded')
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    case
        when body is null
        then []
        when decided_on is null
        then ['referred to ' || body, 'awaiting ' || body]
        when decision is null
        then ['referred to ' || body]
        else ['referred to ' || body, decision || ' by ' || body]
    end as populations,
    coalesce(decided_on, referred_on) as counted_on,
    cast(null as date) as due_on,
    decided_on as met_on,
    'local_exclusion_reviews' as source_table,
    review_id as source_id
from {{ ref("int_exclusion_reviews") }}
inner join
    {{ ref("int_months") }}
    on {{ month_of("coalesce(decided_on, referred_on)") }} = reporting_month
