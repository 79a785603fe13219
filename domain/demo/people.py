"""People who don't exist, with telephone numbers that never will. Pure; the same for one seed."""

import io
import random
from collections.abc import Iterator

from openpyxl import Workbook

# Ofcom keeps these for drama: 020 7946 0xxx, 0113 496 0xxx, 0161 496 0xxx and so on are never
# given to anybody. https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama
CITIES = {
    "London": "+442079460",
    "Leeds": "+441134960",
    "Manchester": "+441614960",
    "Edinburgh": "+441314960",
    "Birmingham": "+441214960",
}
# The simulated carrier gives numbers that end in 0001 to 0020 a fixed fate.
FIRST_ORDINARY = 21
MOST_PEOPLE = len(CITIES) * (1000 - FIRST_ORDINARY)

_FIRST_NAMES = """Ada Ben Cleo Dana Elif Femi Greta Hugo Iris Jonas Katya Liam Maya Noa Omar Petra
    Quinn Rosa Sami Tove Uma Vera Wiktor Ximena Yael Zofia""".split()
_LAST_NAMES = """Abbott Baranski Cohen Dahl Eriksson Fofanova Garcia Haddad Ivanov Jensen Kowalska
    Laine Mizrahi Novak Okafor Petrov Quist Rosen Salo Tanaka Unger Virtanen Weiss Young""".split()
_PLANS = ("Basic", "Family", "Business", "Student")
_LANGUAGES = ("English", "עברית", "Polski", "Suomi", "Русский")

HEADERS = ("Phone", "Customer Name", "Priority", "City", "Plan", "Language")


def people(count: int, *, seed: int = 1) -> Iterator[tuple[str, str, int, str, str, str]]:
    """`count` rows in the order of HEADERS, no number twice. At most MOST_PEOPLE."""
    if not 0 <= count <= MOST_PEOPLE:
        raise ValueError(f"count must be 0 to {MOST_PEOPLE}, got {count}")
    chance = random.Random(seed)
    numbers = [
        (f"{prefix}{last:03}", city)
        for city, prefix in CITIES.items()
        for last in range(FIRST_ORDINARY, 1000)
    ]
    for number, city in chance.sample(numbers, count):
        name = f"{chance.choice(_FIRST_NAMES)} {chance.choice(_LAST_NAMES)}"
        # One in twenty is dialed first, so that priorities can be seen to work.
        priority = 9 if chance.random() < 0.05 else 5
        yield number, name, priority, city, chance.choice(_PLANS), chance.choice(_LANGUAGES)


def people_xlsx(count: int = 2000, *, seed: int = 1) -> bytes:
    """The same people as a workbook that the import reads."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Targets")
    sheet.append(HEADERS)
    for row in people(count, seed=seed):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
