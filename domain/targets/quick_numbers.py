"""The usual spellings of phone numbers, several times as fast as phonenumbers itself. Pure.

It knows only how to say yes: what it does not take goes the long way (numbers.py). A test holds it
against phonenumbers for every country and for random digits.
"""

import re
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_PUNCTUATION = str.maketrans("", "", " -().\u00a0")
_TYPES = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


@dataclass(frozen=True, slots=True)
class _Country:
    """How numbers of a country look; only of the first country of a calling code."""

    code: str
    general: re.Pattern[str]
    types: tuple[tuple[re.Pattern[str], frozenset[int]], ...]  # with the lengths that there are
    national_prefix: re.Pattern[str] | None
    international_prefix: re.Pattern[str] | None

    def takes(self, national: str) -> bool:
        """Whether a number like this exists, without any prefix."""
        if self.general.fullmatch(national) is None:
            return False
        length = len(national)
        return any(
            length in lengths and pattern.fullmatch(national) is not None
            for pattern, lengths in self.types
        )

    def e164(self, national: str) -> str | None:
        """The number in E.164 if it is one beyond doubt, with or without the national prefix."""
        if self.national_prefix is not None and (found := self.national_prefix.match(national)):
            if found.end() and self.general.fullmatch(national) is not None:
                return None  # the prefix may belong to the number
            national = national[found.end() :]
        return f"+{self.code}{national}" if self.takes(national) else None


@cache
def _country(region: str) -> _Country | None:
    """The country, or None where it needs the long way."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.general_desc is None or metadata.leading_digits is not None:
        return None
    code = metadata.country_code
    if code is None or COUNTRY_CODE_TO_REGION_CODE[code][0] != region:
        return None
    if metadata.national_prefix_transform_rule is not None:
        return None
    types = []
    for name in _TYPES:
        described = getattr(metadata, name)
        if described is not None and described.national_number_pattern:
            lengths = described.possible_length or metadata.general_desc.possible_length
            if lengths and lengths != (-1,):
                types.append((re.compile(described.national_number_pattern), frozenset(lengths)))
    prefix, idd = metadata.national_prefix_for_parsing, metadata.international_prefix
    return _Country(
        code=str(code),
        general=re.compile(metadata.general_desc.national_number_pattern or "(?!)"),
        types=tuple(types),
        national_prefix=re.compile(prefix) if prefix else None,
        international_prefix=re.compile(idd) if idd else None,
    )


@cache
def _of_code(digits: str) -> _Country | None:
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(digits))
    return _country(regions[0]) if regions and regions[0] != "001" else None


def quick_e164(text: str, *, country: str | None) -> str | None:
    """The number in E.164 where the text is an ordinary spelling of a valid one, or None."""
    plain = text.translate(_PUNCTUATION)
    if plain.startswith("+"):
        digits = plain[1:]
        if not (digits.isascii() and digits.isdigit()):
            return None
        for length in (1, 2, 3):  # no calling code begins another
            if (found := _of_code(digits[:length] or "0")) is not None:
                return found.e164(digits[length:])
        return None
    if country is None or not (plain.isascii() and plain.isdigit()):
        return None
    home = _country(country)
    if home is None or plain.startswith(home.code):
        return None  # that may be the calling code without its plus
    if home.international_prefix is not None and home.international_prefix.match(plain):
        return None
    return home.e164(plain)
