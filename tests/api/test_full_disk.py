"""Files that are written for an answer while the disk is full."""

import pytest
from tortoise import connections

from domain.access.models import AuditEntry, User
from domain.core.files import DISK_GONE
from domain.suppression.models import SuppressionImport
from domain.suppression.rules import SuppressionSource
from domain.targets.models import TargetImport
from domain.targets.reading.kinds import FileKind
from domain.targets.writing.child import is_of_the_disk
from tests.api.conftest import Served
from tests.domain.targets import full_disk
from tests.domain.targets.conftest import new_campaign

ROWS = 20_000  # more than what lies between us and the process that writes
FILL = {
    "suppression": "INSERT INTO suppression"
    " (id, account_id, scope_id, pattern, is_prefix, source, reason, created_at)"
    " SELECT gen_random_uuid(), $1, $1, '+1202' || (2000000 + n), false, 'customer', '', now()"
    " FROM generate_series(1, $2::int) AS n",
    "import_problem": "INSERT INTO import_problem (target_import_id, row, code, message, value)"
    " SELECT $1, n, 'NUMBER_INVALID', 'No such number can exist.', n::text"
    " FROM generate_series(1, $2::int) AS n",
    "suppression_problem": "INSERT INTO suppression_problem (suppression_import_id, row, code,"
    " message, value) SELECT $1, n, 'NUMBER_INVALID', 'No such number can exist.', n::text"
    " FROM generate_series(1, $2::int) AS n",
}


async def an_import(user: User) -> TargetImport:
    campaign = await new_campaign(await user.account.get())
    return await TargetImport.create(
        account_id=user.account_id,
        campaign=campaign,
        file_name="a.csv",
        file_path="a.csv",
        kind=FileKind.CSV,
    )


async def a_list_import(user: User) -> SuppressionImport:
    return await SuppressionImport.create(
        account_id=user.account_id,
        scope_id=user.account_id,
        file_name="a.csv",
        file_path="a.csv",
        kind=FileKind.CSV,
        source=SuppressionSource.IMPORT,
        created_at=user.created_at,
    )


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("rows", [0, ROWS])
@pytest.mark.parametrize("what", FILL)
async def test_a_download_says_that_the_disk_is_full_and_leaves_nothing(
    server: Served,
    token: str,
    user: User,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    rows: int,
    kind: str,
) -> None:
    path, owner = f"/suppressions.{kind}", user.account_id
    if what == "import_problem":
        owner = (await an_import(user)).id
        path = f"/imports/{owner}/problems.{kind}"
    elif what == "suppression_problem":
        owner = (await a_list_import(user)).id
        path = f"/suppressions/imports/{owner}/problems.{kind}"
    await connections.get("default").execute_query(FILL[what], [owner, rows])
    headers = {"authorization": f"Bearer {token}"}

    with monkeypatch.context() as patched:
        full_disk.fill(patched)
        answer = await server.http.get(path, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (503, "FILES_UNAVAILABLE")
    assert "disk is full" in answer.json()["message"]
    assert "retry-after" in answer.headers
    assert [p for p in server.door.ports.files.path("exports").glob("*")] == []
    assert await AuditEntry.filter(action__endswith="Fetch").count() == 0

    again = await server.http.get(path, headers=headers)
    assert again.status_code == 200
    assert await AuditEntry.filter(action__endswith="Fetch").count() == 1


@pytest.mark.parametrize("error", [OSError, RuntimeError])
def test_the_fast_library_names_the_disk_in_words_alone(error: type[Exception]) -> None:
    full, other = (
        error(f"Excel write error: Temporary file error: '/tmp: Words (os error {number})'.")
        for number in (DISK_GONE[0], 2)
    )

    assert is_of_the_disk(full)
    assert not is_of_the_disk(other)
    assert not is_of_the_disk(error("no number"))
