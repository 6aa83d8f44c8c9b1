-- One row per calendar day, with the count of working days up to and including it.
-- Working days from one date to another: subtract the two counts. The start is day 0.
-- The nth working day after a date: the working day whose count is n higher.
select
    numbered_days.day,
    numbered_days.is_working_day,
    cast(
        sum(case when numbered_days.is_working_day then 1 else 0 end) over (
            order by numbered_days.day
        ) as integer
    ) as working_day_number
from
    (
        select
            days.day,
            extract(isodow from days.day) <= 5
            and holidays.holiday_on is null as is_working_day
        from
            (
                select
                    cast(
                        unnest(
                            generate_series(
                                min(holiday_on),
                                last_day(max(holiday_on)),
                                interval 1 day
                            )
                        ) as date
                    ) as day
                from {{ ref("bank_holidays") }}
            ) as days
        left join
            {{ ref("bank_holidays") }} as holidays on days.day = holidays.holiday_on
    ) as numbered_days
