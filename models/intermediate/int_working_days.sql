-- One row per calendar day, with the count of working days up to and including it.
-- Working days from one date to another: subtract the two counts. The start is day 0.
select
    days.day,
    sum(
        case
            when extract(isodow from days.day) <= 5 and holidays.holiday_on is null
            then 1
            else 0
        end
    ) over (order by days.day) as working_day_number
from
    (
        select
            cast(
                unnest(
                    generate_series(
                        min(holiday_on), last_day(max(holiday_on)), interval 1 day
                    )
                ) as date
            ) as day
        from {{ ref("bank_holidays") }}
    ) as days
left join {{ ref("bank_holidays") }} as holidays on days.day = holidays.holiday_on
