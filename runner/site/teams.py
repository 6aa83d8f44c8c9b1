"""The pages by team: each team's figures beside the council's, by name and never by rank."""

from collections import defaultdict
from typing import Any

from runner.site.figures import Site
from runner.site.funnels import BEYOND

NO_SERVICE = "Other teams"


def teams_of(site: Site) -> list[dict[str, Any]]:
    """Every team that has a figure this month, by service and name, with its measures by stage.

    Args:
        site: What was read, its measures prepared.

    Returns:
        For each team its `name`, `title` (unlike any other's), `service`, `page`, its measures by `stages`,
        how many figures are `judged` against limits, and those `beyond` the outer and `near` the inner ones.
    """
    teams: dict[str, dict[str, Any]] = {}
    for stage, measures in site.stages.items():
        for measure in measures:
            for row in measure["by_team"]["teams"]:
                team = teams.setdefault(row["team_id"], _team(row))
                team["stages"][stage].append({**row, "measure": measure})
    listed = sorted(teams.values(), key=lambda team: (team["service"], team["name"], team["team_id"]))
    names = [team["name"] for team in listed]
    for number, team in enumerate(listed, 1):
        is_one_of_its_name = names.count(team["name"]) == 1
        team["title"] = team["name"] if is_one_of_its_name else f"{team['name']} ({team['team_id']})"
        team["page"] = f"teams/{number}.html"
        rows = [row for stage in team["stages"].values() for row in stage]
        team["measures"] = len(rows)
        team["judged"] = sum(row["signal"] != "no limits" for row in rows)
        team["beyond"] = [row for row in rows if row["signal"] in BEYOND]
        team["near"] = [row for row in rows if row["signal"].endswith("95%")]
    return listed


def pages_of(teams: list[dict[str, Any]]) -> dict[str, str]:
    """The page of each team, by its id."""
    return {team["team_id"]: team["page"] for team in teams}


def by_service(teams: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Teams by the service that they are part of, in order of name."""
    services: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for team in teams:
        services[team["service"]].append(team)
    return services


def _team(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "team_id": row["team_id"],
        "name": row["name"],
        "service": row["service"] or NO_SERVICE,
        "stages": defaultdict(list),
    }
