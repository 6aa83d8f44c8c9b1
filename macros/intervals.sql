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
