"""Public holidays by country and state. Pure."""

from datetime import date
from functools import lru_cache

import holidays


def holiday_of(country: str, state: str, day: date) -> str | None:
    """The name of the public holiday, in English where there is a translation; None: none.

    A state that the calendar does not know counts as the country alone.
    """
    return _year(country, state, day.year).get(day)


@lru_cache(maxsize=2048)
def _year(country: str, state: str, year: int) -> dict[date, str]:
    if not country:
        return {}
    for subdivision in (state, None) if state else (None,):
        try:
            found = holidays.country_holidays(
                country, subdiv=subdivision, years=[year], language="en_US"
            )
        except NotImplementedError:  # the library's word for a place that it has no calendar of
            continue
        return {day: str(name) for day, name in found.items()}
    return {}
