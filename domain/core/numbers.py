"""What a telephone number looks like inside: E.164 with the "+"."""

import re

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")  # ITU-T E.164: at most 15 digits


def is_e164(text: str) -> bool:
    """Whether the text is an international number as we keep it, as in +12025550123."""
    return _E164.fullmatch(text) is not None
