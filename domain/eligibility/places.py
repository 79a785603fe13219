"""Where a number is: its country, state and time zones. Pure."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_zones

from domain.eligibility.hours import Place

_UNKNOWN_ZONE = "Etc/Unknown"

# What shares the numbering plan and the rules of another country.
_RULED_BY = {"GG": "GB", "JE": "GB", "IM": "GB", "AX": "FI", "SJ": "NO"}


def place_of(number: str, zone: str | None = None) -> Place:
    """Where the owner of an E.164 number is. `zone`, an IANA name, beats what the number says.

    A mobile or toll-free number may have many zones: then all of them count.
    """
    place = _place_of_number(number)
    return Place((zone,), place.country, place.state) if zone is not None else place


def is_zone(name: str) -> bool:
    """Whether it is an IANA name that this machine knows."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=50_000)
def _place_of_number(number: str) -> Place:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return Place(("UTC",), "")
    zones = phone_zones.time_zones_for_number(parsed)
    if zones == (_UNKNOWN_ZONE,):
        # Not a number in use, as in a test: the zones of its country.
        zones = phone_zones.time_zones_for_geographical_number(parsed)
    known = tuple(zone for zone in zones if zone != _UNKNOWN_ZONE and is_zone(zone))
    region = phonenumbers.region_code_for_number(parsed)
    if region is None and parsed.country_code is not None:
        region = phonenumbers.region_code_for_country_code(parsed.country_code)
    country = _RULED_BY.get(region or "", region or "")
    state = _states().get(str(parsed.national_number)[:3], "") if country == "US" else ""
    return Place(_one_of_each(known) or ("UTC",), country, state)


@lru_cache(maxsize=1)
def _states() -> dict[str, str]:
    text = files("domain.eligibility").joinpath("packs/us-areas.toml").read_text("utf-8")
    return {str(area): state for state, areas in tomllib.loads(text).items() for area in areas}


# Names for the same clock, which a country's list repeats many times over.
_SAME_CLOCK = {
    "Europe/Guernsey": "Europe/London",
    "Europe/Isle_of_Man": "Europe/London",
    "Europe/Jersey": "Europe/London",
    "Europe/Mariehamn": "Europe/Helsinki",
    "Europe/Busingen": "Europe/Berlin",
}


def _one_of_each(zones: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_SAME_CLOCK.get(zone, zone) for zone in zones))
