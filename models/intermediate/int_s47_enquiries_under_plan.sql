-- One row per section 47 enquiry that started while a plan of this authority was open.
select distinct enquiries.s47_enquiry_id
from {{ ref("int_s47_enquiries") }} as enquiries
inner join
    {{ ref("int_cp_plans") }} as plans
    on enquiries.person_id = plans.person_id
    and enquiries.started_on >= plans.started_on
    and enquiries.started_on < coalesce(plans.ended_on, {{ far_future() }})
where not plans.is_for_other_authority
