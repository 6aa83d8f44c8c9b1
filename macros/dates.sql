{#- Dates that engines write differently, once each. None holds a measure's rule. -#}
{#- The first day of the month a date falls in. -#}
{% macro month_of(date) -%}
    cast(date_trunc('month', {{ date }}) as date)
{%- endmacro %}

{#- Calendar months earlier, clamped to the month's last day: 29 February 2024 less 12 is 28 February 2023. -#}
{% macro months_before(date, months) -%}
    cast({{ date }} - interval {{ months }} month as date)
{%- endmacro %}

{#- Calendar months later, clamped in the same way. -#}
{% macro months_after(date, months) -%}
    cast({{ date }} + interval {{ months }} month as date)
{%- endmacro %}

{#- Months and days later: an interval whose parts are columns. Months are added first. -#}
{% macro later_by(date, months, days) -%}
    cast({{ date }} + to_months({{ months }}) + to_days({{ days }}) as date)
{%- endmacro %}

{#- Months and days earlier: an interval whose parts are columns. -#}
{% macro earlier_by(date, months, days) -%}
    cast({{ date }} - to_months({{ months }}) - to_days({{ days }}) as date)
{%- endmacro %}

{#- Whole calendar days from one date to another. -#}
{% macro days_between(start, end) -%}
    date_diff('day', {{ start }}, {{ end }})
{%- endmacro %}

{#- Completed years of age. Born on 29 February: the birthday is 1 March in other years. -#}
{% macro age_on(born_on, date) -%}
    (
        extract(year from {{ date }})
        - extract(year from {{ born_on }})
        - case
            when
                extract(month from {{ date }}) * 100 + extract(day from {{ date }})
                < extract(month from {{ born_on }}) * 100
                + extract(day from {{ born_on }})
            then 1
            else 0
        end
    )
{%- endmacro %}

{#- The date of a birthday. Born on 29 February: 1 March in other years. -#}
{% macro birthday(born_on, age) -%}
    case
        when
            extract(day from {{ born_on }})
            = extract(day from {{ born_on }} + interval {{ age }} year)
        then cast({{ born_on }} + interval {{ age }} year as date)
        else cast({{ born_on }} + interval {{ age }} year + interval 1 day as date)
    end
{%- endmacro %}

{#- The last day of the month a date falls in. -#}
{% macro month_end(date) -%} cast(last_day({{ date }}) as date) {%- endmacro %}

{#-
  Every spell of a relation, once for each reporting month at whose end it is open,
  with `reporting_month` and `month_end`. Open at D: started_on <= D and (ended_on is
  null or ended_on > D). Unnesting a spell's months costs half of joining on an interval.
-#}
{% macro open_at_month_ends(relation) -%}
    select
        * exclude (month_start),
        cast(month_start as date) as reporting_month,
        {{ month_end("month_start") }} as month_end
    from
        (
            select
                spells.*,
                unnest(
                    generate_series(
                        greatest(
                            date_trunc('month', spells.started_on), reported.first_month
                        ),
                        least(
                            coalesce(
                                date_trunc('month', spells.ended_on) - interval 1 month,
                                reported.last_month
                            ),
                            reported.last_month
                        ),
                        interval 1 month
                    )
                ) as month_start
            from {{ relation }} as spells
            cross join
                (
                    select
                        min(reporting_month) as first_month,
                        max(reporting_month) as last_month
                    from {{ ref("int_months") }}
                ) as reported
            where spells.started_on is not null
        ) as open_months
{%- endmacro %}

{#- A date later than any: the end of a spell that is still open, where ends are compared. -#}
{% macro far_future() -%} date '9999-12-31' {%- endmacro %}

{#-
  Every spell of a relation (person_id, started_on, ended_on and a key) with `covered_until`,
  the latest end of the person's spells before it. The running maximum is what counts: the
  previous spell alone may lie inside a longer one.
-#}
{% macro covered_spells(relation, key) -%}
    select
        *,
        max(coalesce(ended_on, {{ far_future() }})) over (
            partition by person_id
            order by started_on, {{ key }}
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from {{ relation }}
{%- endmacro %}

{#-
  Every spell of a relation, with `covered_until` and the number of the unbroken stretch that
  it is part of. Spells that touch or overlap share a stretch.
-#}
{% macro joined_spells(relation, key, stretch) -%}
    select
        *,
        sum(case when covered_until >= started_on then 0 else 1 end) over (
            partition by person_id
            order by started_on, {{ key }}
            rows between unbounded preceding and current row
        ) as {{ stretch }}
    from ({{ covered_spells(relation, key) }}) as spells
{%- endmacro %}

{#-
  Every person with an open spell at each month's end, once: the spell that started first.
  It is the one before which every spell of the person has ended by then.
-#}
{% macro first_open_at_month_ends(relation, key) -%}
    select *
    from ({{ open_at_month_ends("(" ~ covered_spells(relation, key) ~ ")") }}) as spells
    where covered_until is null or covered_until <= month_end
{%- endmacro %}
