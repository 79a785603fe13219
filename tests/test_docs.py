"""What the documentation shows can be asked, and where it leads there is something."""

import re
from dataclasses import fields
from pathlib import Path
from uuid import UUID

import pytest
from graphql import parse, validate

from domain.core.settings import Settings
from schema.root import build_schema

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
SCHEMA = build_schema()

CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and most others make them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text()), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.strip().lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_document_that_is_shown_may_be_asked(page: Path) -> None:
    shown = re.findall(r"^```graphql\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    for text in shown:
        # An id that is left out in an example is no mistake.
        document = parse(re.sub(r'"(…[^"]*|\.\.\.)"', f'"{UUID(int=0)}"', text))
        assert validate(SCHEMA._schema, document) == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_to_a_file_and_a_heading_that_there_are(page: Path) -> None:
    for path, anchor in LINK.findall(CODE.sub("", page.read_text())):
        if path.startswith("http"):
            continue
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), path
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), f"{path}#{anchor}"


def test_every_setting_is_in_the_operators_table() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text()
    rows = [line for line in manual.splitlines() if line.startswith("|")]
    listed = {name for row in rows for name in re.findall(r"`(OUTDIAL_[A-Z_]+)`", row)}
    ours = {f"OUTDIAL_{each.name.removesuffix('_url').upper()}" for each in fields(Settings)}
    assert ours <= listed
