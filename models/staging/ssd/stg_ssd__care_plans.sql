-- One row per care plan of a looked-after child.
select
    lacp_table_id as care_plan_id,
    lacp_person_id as person_id,
    cast(lacp_cla_care_plan_start_date as date) as started_on,
    cast(lacp_cla_care_plan_end_date as date) as ended_on,
    -- Ten options of permanence may be set, one or several.
    coalesce(
        {% for option in [
            "REMAINSUP", "RETURN1M", "RETURN6M", "RETURNEV", "LTRELFR",
            "LTFOST18", "RESPLMT", "SUPPLIV", "ADOPTION", "OTHERPLN",
        ] -%}
            {{ json_flag("lacp_cla_care_plan_json", option) }}
            {%- if not loop.last %} or {% endif %}
        {%- endfor %},
        false
    ) as has_permanence_option
from {{ source("ssd", "ssd_cla_care_plan") }}
