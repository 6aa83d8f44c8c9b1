-- Parts make up their whole and complements make 100, in every month of the measures of
-- workforce, education and SEND. One row for each month in which they do not.
with
    figures as (
        select
            reporting_month,
            measure_id || ': ' || population || ' ' || statistic as figure,
            coalesce(value, 0) as value,
            coalesce(denominator, 0) as denominator
        from {{ ref("measure_results") }}
    ),

    wholes as (
        select *
        from
            (
                values
                    (
                        'school_attendance: absence percent',
                        [
                            'school_attendance: authorised absence percent',
                            'school_attendance: unauthorised absence percent'
                        ]
                    ),
                    (
                        'children_missing_education: all count',
                        [
                            'children_missing_education: looked after count',
                            'children_missing_education: on a CP plan count',
                            'children_missing_education: children in need count',
                            'children_missing_education: other count'
                        ]
                    ),
                    (
                        'electively_home_educated: all count',
                        [
                            'electively_home_educated: looked after count',
                            'electively_home_educated: on a CP plan count',
                            'electively_home_educated: children in need count',
                            'electively_home_educated: other count'
                        ]
                    )
            ) as listed(whole, parts)
    ),

    complements as (
        select *
        from
            (
                values
                    (
                        'school_attendance: all percent',
                        'school_attendance: absence percent'
                    ),
                    (
                        'school_attendance: pupils percent',
                        'school_attendance: persistently absent percent'
                    ),
                    (
                        'ehc_six_week_decisions: agreed percent',
                        'ehc_six_week_decisions: refused percent'
                    ),
                    (
                        'ehc_sixteen_week_decisions: agreed percent',
                        'ehc_sixteen_week_decisions: refused percent'
                    )
            ) as listed(part, other_part)
    ),

    same_denominators as (
        select *
        from
            (
                values
                    (
                        'agency_rate_all_teams: all posts percent',
                        'social_worker_vacancies: all percent'
                    ),
                    (
                        'ehc_six_week_decisions: agreed percent',
                        'ehc_six_week_decisions: all percent'
                    )
            ) as listed(figure, other_figure)
    )

select wholes.whole as figure, whole.reporting_month, 'parts do not add up' as fault
from wholes
inner join figures as whole on wholes.whole = whole.figure
inner join
    figures as part
    on list_contains(wholes.parts, part.figure)
    and whole.reporting_month = part.reporting_month
group by wholes.whole, whole.reporting_month
having abs(any_value(whole.value) - sum(part.value)) > 0.000001

union all
select complements.part, part.reporting_month, 'complements do not make 100'
from complements
inner join figures as part on complements.part = part.figure
inner join
    figures as other_part
    on complements.other_part = other_part.figure
    and part.reporting_month = other_part.reporting_month
where part.denominator > 0 and abs(part.value + other_part.value - 100) > 0.000001

union all
select same_denominators.figure, figure.reporting_month, 'denominators differ'
from same_denominators
inner join figures as figure on same_denominators.figure = figure.figure
inner join
    figures as other_figure
    on same_denominators.other_figure = other_figure.figure
    and figure.reporting_month = other_figure.reporting_month
where abs(figure.denominator - other_figure.denominator) > 0.000001
