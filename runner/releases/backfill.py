"""Building a range of months, each published before the next is built."""

from collections.abc import Callable
from dataclasses import replace

from runner.home import Home
from runner.months import Month
from runner.releases.publish import publish
from runner.releases.refresh import Refreshed, refresh
from runner.releases.store import find_release, published_names


def backfill(
    home: Home, months: list[Month], progress: Callable[[str], None] = lambda line: None
) -> list[Refreshed]:
    """Builds months, oldest first, and publishes each, so that the next stands on it and explains what moved.

    A draft stands on what is published when it is built: drafts of several months, built before any of them
    is published, could not be published one after the other. Nobody has signed what this publishes. A month
    that has a published release is passed over, so that a range that was broken off can be typed again.

    Args:
        home: The folder of landing/ and releases/.
        months: The months, each built from its own extract.
        progress: Told, in a line, how far it is.

    Raises:
        RunnerError: What `refresh` and `publish` raise; the months before stay published.
    """
    done = []
    for month in months:
        there = [name for name in sorted(published_names(home)) if name.startswith(f"{month}-r")]
        if there:
            done.append(Refreshed(find_release(home, there[-1]), is_new=False, is_published=True))
            continue
        (built,) = refresh(home, [month], progress=progress)
        publish(home, built.release.name)
        progress(f"UNSIGNED: nobody has signed off {built.release.name}.")
        done.append(replace(built, is_published=True))
    return done
