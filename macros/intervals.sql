{#- 95% confidence limits, for where chance alone could have put a figure. -#}
{#- Wilson's score interval of a percentage. `sign` is - or +. -#}
{% macro wilson(numerator, denominator, sign) -%}
    100 * (
        2 * {{ numerator }} + power(1.959964, 2)
        {{ sign }} 1.959964 * sqrt(
            power(1.959964, 2)
            + 4 * {{ numerator }} * (1 - {{ numerator }} / nullif({{ denominator }}, 0))
        )
    )
    / (2 * (nullif({{ denominator }}, 0) + power(1.959964, 2)))
{%- endmacro %}

{#- Byar's approximation for a count; the upper limit is taken at the count and one. -#}
{% macro byar(count, sign) -%}
    {{ count }}
    * power(1 - 1 / (9 * {{ count }}) {{ sign }} 1.959964 / (3 * sqrt({{ count }})), 3)
{%- endmacro %}

{#-
  A control limit of a percentage, from the `likelihood` of each number of `yes` among `units`
  and the likelihood of `as_few`. Beyond it lies so much of the distribution, on that side.
-#}
{% macro binomial_limit(side, beyond) -%}
    {%- if side == "lower" -%}
        greatest(
            round(
                max(
                    case
                        when
                            as_few >= {{ beyond }}
                            and as_few - likelihood < {{ beyond }}
                        then 100 * (yes - (as_few - {{ beyond }}) / likelihood) / units
                    end
                ),
                6
            ),
            0
        )
    {%- else -%}
        least(
            round(
                max(
                    case
                        when
                            1 - as_few + likelihood >= {{ beyond }}
                            and 1 - as_few < {{ beyond }}
                        then
                            100 * (
                                yes
                                + (1 - as_few + likelihood - {{ beyond }}) / likelihood
                            )
                            / units
                    end
                ),
                6
            ),
            100
        )
    {%- endif -%}
{%- endmacro %}
