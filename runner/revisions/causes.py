"""The closed list of causes for which a published figure may move, and the cause of each unit's change."""

CAUSES = {
    "late_arrival": "the row that proves the unit was not in the earlier extract",
    "withdrawn": "the row that proved the unit is no longer in the later extract",
    "date_corrected": "a date was recorded or corrected since, and it decides whether or how the unit counts",
    "outcome_changed": "the unit is counted in both, with another outcome, weight, amount or group",
    "person_merged": "the unit is now another person's, because two records were found to be one person",
    "moved_month": "the event is now dated in another month",
    "definition": "the measure has another version of its definition, or is no longer live",
    "population": "the number of children that the rate is divided by was revised",
}
"""Each cause, and what it means; they are applied in this order where the order tells (medians)."""

UNEXPLAINED = "unexplained"
"""What no cause accounts for. It is no cause: nothing that moved so is published."""

CAUSE_OF_UNIT = """
    case
        when before.outcome is not null and after.outcome is not null
        then case
            when before.person_id is distinct from after.person_id
            then 'person_merged'
            when
                before.counted_on <> after.counted_on
                or before.due_on <> after.due_on
                or before.met_on <> after.met_on
            then 'date_corrected'
            else 'outcome_changed'
        end
        when is_moved
        then 'moved_month'
        when is_of_another_person
        then 'person_merged'
        when not is_row_in_other and after.outcome is not null
        then 'late_arrival'
        when not is_row_in_other
        then 'withdrawn'
        when is_person_unknown_to_other
        then 'person_merged'
        else 'date_corrected'
    end
"""
"""The one cause of a changed unit. `before` and `after` are its rows in the two releases, or null; the rest:

- is_moved: it is an event, and the other release has it in a month in which this one does not;
- is_of_another_person: the other release counts the same source row, in the same month, for another person;
- is_row_in_other: the source row is in the extract that the other release read;
- is_person_unknown_to_other: the other release knows no such person.
"""

IN_WORDS = {
    "late_arrival": "arrived late",
    "withdrawn": "withdrawn",
    "date_corrected": "date recorded or corrected",
    "outcome_changed": "outcome changed",
    "person_merged": "person merged",
    "moved_month": "moved to another month",
    "definition": "defined otherwise",
    "population": "child population revised",
    UNEXPLAINED: "UNEXPLAINED",
}
"""The causes as a terminal shows them."""
