{#-
  Makes the landed extract readable: one view in the schema `landing` for each
  source table, and the one-row table `landing.extract` that says which extract
  and which last month this build is for. Runs before every build.
  What the published releases say of each measure's maturity is data, too: the runner
  leaves it in the build file as `landing.measured_maturity` before dbt starts. Where
  nothing was left the table is empty, and the register decides.
-#}
{% macro open_extract() %}
    {% if execute %}
        {% set extract = chosen_extract() %}
        {% set folder = extract.landing ~ "/" ~ extract.as_at %}
        {% do log("Building from the extract of " ~ extract.as_at ~ " in " ~ extract.landing, info=true) %}

        {% set statements = ["create schema if not exists landing"] %}
        {% do statements.append(
            "create or replace table landing.extract as select"
            ~ " date '" ~ extract.as_at ~ "' as as_at,"
            ~ " date '" ~ extract.reporting_month ~ "' as reporting_month"
        ) %}
        {% do statements.append(
            "create table if not exists landing.measured_maturity ("
            ~ "measure_id varchar, statistic varchar, definition_version integer,"
            ~ " final_after_days integer, moved_until_days integer, origin_months integer,"
            ~ " median_revision double, p90_revision double, revision_months integer)"
        ) %}
        {% for source in graph.sources.values() if source.source_name == "landing" %}
            {% if source.identifier == "receipts" %}
                {% do statements.append("create or replace view landing.receipts as " ~ receipts(folder)) %}
            {% elif source.identifier == "rejected" %}
                {% do statements.append(
                    "create or replace view landing.rejected as"
                    ~ " select * from read_parquet('" ~ folder ~ "/rejected.parquet')"
                ) %}
            {% endif %}
        {% endfor %}
        {% for source in graph.sources.values() if source.source_name in ["ssd", "local"] %}
            {% set table = source.identifier %}
            {% if source.config.meta.every_extract %}
                {% do statements.append(
                    "create or replace view landing." ~ table
                    ~ " as select extract.* exclude (folder), cast(folder as date) as extract_as_at"
                    ~ " from (select * exclude (filename), split_part(replace(filename, '\\', '/'), '/', -2) as folder"
                    ~ " from read_parquet('" ~ extract.landing ~ "/*/" ~ table ~ ".parquet', filename = true)) as extract"
                    ~ " where try_cast(folder as date) <= date '" ~ extract.as_at ~ "'"
                ) %}
            {% else %}
                {% do statements.append(
                    "create or replace view landing." ~ table
                    ~ " as select * from read_parquet('" ~ folder ~ "/" ~ table ~ ".parquet')"
                ) %}
            {% endif %}
        {% endfor %}
        {% do run_query(statements | join(";\n")) %}
    {% endif %}
{% endmacro %}

{#- Which extract and which last month: from the vars, or the newest landed. -#}
{% macro chosen_extract() %}
    {% set landing = var("landing") %}
    {% set as_at = var("as_at") | string %}
    {% set newest = newest_extract(landing) %}
    {% if not newest %}
        {% set landing = var("example") %} {% set newest = newest_extract(landing) %}
    {% endif %}
    {% set as_at = as_at or newest %}
    {% if not as_at %}
        {{ exceptions.raise_compiler_error(
            "No extract is landed in '" ~ var("landing") ~ "'. Next: runner land FOLDER --as-at DATE."
        ) }}
    {% endif %}
    {% if not modules.re.match("^\\d{4}-\\d{2}-\\d{2}$", as_at) %}
        {{ exceptions.raise_compiler_error("as_at must be a date such as 2024-07-02, not '" ~ as_at ~ "'.") }}
    {% endif %}

    {% set reporting_month = var("reporting_month") | string %}
    {% if not reporting_month %}
        {% set this_month = modules.datetime.date.fromisoformat(as_at).replace(day=1) %}
        {% set reporting_month = (this_month - modules.datetime.timedelta(days=1)).strftime("%Y-%m") %}
    {% endif %}
    {% if not modules.re.match("^\\d{4}-\\d{2}$", reporting_month) %}
        {{ exceptions.raise_compiler_error("reporting_month must be a month such as 2024-06, not '" ~ reporting_month ~ "'.") }}
    {% endif %}
    {{ return({"landing": landing, "as_at": as_at, "reporting_month": reporting_month ~ "-01"}) }}
{% endmacro %}

{% macro newest_extract(landing) %}
    {% if "'" in landing %}
        {{ exceptions.raise_compiler_error("The landing folder's name may not hold a quote.") }}
    {% endif %}
    {% set found = run_query(
        "select max(split_part(replace(file, '\\', '/'), '/', -2)) as as_at"
        ~ " from glob('" ~ landing ~ "/*/manifest.json')"
        ~ " where regexp_full_match(split_part(replace(file, '\\', '/'), '/', -2), '\\d{4}-\\d{2}-\\d{2}')"
    ) %}
    {{ return(found.columns["as_at"].values()[0] or "") }}
{% endmacro %}

{#- What the manifest of an extract says of each table, beside what its Parquet file holds. -#}
{% macro receipts(folder) -%}
    select
        listed.source_table,
        cast(listed.facts ->> 'rows_read' as bigint) as rows_read,
        cast(listed.facts ->> 'accepted' as bigint) as accepted,
        cast(listed.facts ->> 'rejected' as bigint) as rejected,
        cast(listed.facts ->> 'exact_duplicates' as bigint) as exact_duplicates,
        coalesce(cast(listed.facts ->> 'erased' as bigint), 0) as erased,
        coalesce(files.num_rows, 0) as held
    from
        (
            select
                source_table,
                json_extract(tables, '$."' || source_table || '"') as facts
            from
                (
                    select tables, unnest(json_keys(tables)) as source_table
                    from
                        read_json(
                            '{{ folder }}/manifest.json', columns = {tables:'JSON'}
                        )
                ) as manifest
        ) as listed
    left join
        parquet_file_metadata('{{ folder }}/*.parquet') as files
        on parse_filename(files.file_name, true) = listed.source_table
{%- endmacro %}
