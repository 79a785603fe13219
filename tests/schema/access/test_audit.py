from domain.access import audit
from domain.access.permissions import Permission
from tests import rows
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.asking import ask

ENTRIES = """
query ($type: String, $since: DateTime, $after: String) {
  auditEntries(subjectType: $type, since: $since, first: 2, after: $after) {
    nodes { action subjectType difference principalId }
    totalCount
    pageInfo { hasNextPage endCursor }
  }
}
"""


def test_a_difference_names_what_changed_and_nothing_else() -> None:
    found = audit.difference({"name": "a", "priority": 5}, {"name": "a", "priority": 7, "new": [1]})
    assert found == {"priority": [5, 7], "new": [None, [1]]}


async def test_changes_are_listed_newest_first_page_by_page(
    database: str, fakes: FakePorts
) -> None:
    account, other = await rows.an_account("acme"), await rows.an_account("other")
    who = rows.an_admin(account)
    for principal, action in (
        (who, "one"),
        (who, "two"),
        (who, "three"),
        (rows.an_admin(other), "x"),
    ):
        fakes.clock.advance(1)
        await audit.record(
            principal,
            action,
            subject_type="campaign" if action != "two" else "agent",
            subject_id=None,
            difference={"state": ["stopped", "running"]},
            at=fakes.clock.now(),
        )

    auditor = rows.somebody(account, Permission.AUDIT_VIEW)
    with at_most(2):
        page = await ask(ENTRIES, auditor, fakes)
    assert [entry["action"] for entry in page["nodes"]] == ["three", "two"]
    assert page["totalCount"] == 3
    assert page["nodes"][0]["difference"] == {"state": ["stopped", "running"]}

    rest = await ask(ENTRIES, auditor, fakes, after=page["pageInfo"]["endCursor"])
    assert [entry["action"] for entry in rest["nodes"]] == ["one"]
    assert not rest["pageInfo"]["hasNextPage"]

    agents = await ask(ENTRIES, auditor, fakes, type="agent")
    assert [entry["action"] for entry in agents["nodes"]] == ["two"]
