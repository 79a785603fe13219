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
    states = holidays.list_supported_countries().get(country)
    if states is None:
        return {}
    subdivision = state if state in states else None
    found = holidays.country_holidays(country, subdiv=subdivision, years=[year], language="en_US")
    return {day: str(name) for day, name in found.items()}
