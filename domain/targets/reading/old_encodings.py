"""Which of the old 8-bit encodings a text is in, by how it reads in each. Pure.

Encodings of Hebrew and Cyrillic share their bytes, and a text in the wrong one is made of letters
all the same. So the letters are counted: a right reading has those that its language uses often.
"""

import math
import re
from collections import Counter

_HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")
_HIGH = re.compile(rb"[\x80-\xff]")
# Letters of Poland and its neighbours beside Latin ones: in both of their encodings, in that of
# Windows alone, and in ISO 8859-2 alone. To western Europe these bytes are signs: £ ³ ¹ ± ¶.
_POLISH = re.compile(rb"[A-Za-z][\xb3\xbf]|[\xa3\xaf][A-Za-z]")
_POLISH_WINDOWS = re.compile(rb"[A-Za-z][\xb9\x9c\x9f]|[\xa5\x8c\x8f][A-Za-z]")
_POLISH_ISO = re.compile(rb"[A-Za-z][\xb1\xb6\xbc]|[\xa1\xa6\xac][A-Za-z]")

# How often a letter is met among a thousand of running text, rounded. Those of Ukrainian and
# Belarusian that Russian has not are rare to it.
_CYRILLIC: dict[str, float] = {
    **{"о": 110, "е": 85, "а": 80, "и": 74, "н": 67, "т": 63, "с": 55, "р": 47, "в": 45, "л": 44},
    **{"к": 35, "м": 32, "д": 30, "п": 28, "у": 26, "я": 20, "ы": 19, "ь": 17, "г": 17, "з": 16},
    **{"б": 16, "ч": 14, "й": 12, "х": 10, "ж": 9, "ш": 7, "ю": 6, "ц": 5, "щ": 4, "э": 3, "ф": 3},
    **{"ъ": 1, "ё": 1, "і": 3, "ї": 1, "є": 1, "ґ": 0.5, "ў": 0.5},
}
_HEBREW: dict[str, float] = {
    **{"י": 110, "ה": 108, "ו": 104, "ל": 74, "א": 63, "ר": 56, "ת": 50, "ב": 47, "מ": 46},
    **{"ש": 44, "ע": 32, "נ": 29, "כ": 27, "ם": 26, "ד": 26, "ח": 25, "ק": 21, "פ": 17, "ס": 15},
    **{"ן": 15, "ז": 13, "ט": 12, "ג": 12, "צ": 12, "ך": 8, "ף": 3, "ץ": 1},
}
_STRANGE = 0.05  # of a thousand: what the language has no use for
# A capital inside a word, and a Hebrew letter's form for the end of a word before its end.
_MISPLACED = re.compile(r"[а-яёіїєґў][А-ЯЁІЇЄҐЎ]|[ךםןףץ][א-ת]")
_MISPLACED_COSTS = 5.0  # as a logarithm: there are 150 such letters where they belong for one
_READINGS = {
    "cp1255": _HEBREW,
    "cp1251": _CYRILLIC,
    "koi8_r": _CYRILLIC,
    "cp866": _CYRILLIC,
}


def old_encoding_of(sample: bytes) -> str:
    """The codec of a text that is no Unicode; the sample has lines with more than ASCII in them."""
    in_runs = sum(len(run) for run in _HIGH_RUN.findall(sample))
    if in_runs < 0.6 * len(_HIGH.findall(sample)):
        # Accents here and there among Latin letters.
        windows, iso = len(_POLISH_WINDOWS.findall(sample)), len(_POLISH_ISO.findall(sample))
        if windows or iso or _POLISH.search(sample):
            return "iso8859_2" if iso > windows else "cp1250"
        return "cp1252"
    return max(_READINGS, key=lambda codec: _likelihood(sample.decode(codec, "replace"), codec))


def _likelihood(text: str, codec: str) -> float:
    """How well the text reads, as the logarithm of a probability."""
    often = _READINGS[codec]
    letters = sum(
        count * math.log(often.get(letter, _STRANGE))
        for letter, count in Counter(text.lower()).items()
        if not letter.isascii()
    )
    return letters - _MISPLACED_COSTS * len(_MISPLACED.findall(text))
