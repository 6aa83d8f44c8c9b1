-- One row per unit, measure and month: every fact, one under the other.
{{
    stack(
        [
            "contacts",
            "repeat_referrals",
        ]
    )
}}
