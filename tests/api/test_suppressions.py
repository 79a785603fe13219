"""Do-not-call lists over plain HTTP."""

import csv
import io

import pytest

from domain.access.models import User
from domain.suppression.models import Suppression, SuppressionImport, SuppressionProblem
from domain.suppression.rules import SuppressionSource
from domain.targets.reading.kinds import FileKind
from tests.api.conftest import Served


@pytest.mark.feature("CAM-20")
async def test_a_list_is_fetched_as_a_file_by_who_may_and_by_nobody_else(
    server: Served, token: str, user: User
) -> None:
    await Suppression.create(
        account_id=user.account_id,
        scope_id=user.account_id,
        pattern="+12025550103",
        source=SuppressionSource.CUSTOMER,
        reason="asked",
    )
    importing = await SuppressionImport.create(
        account_id=user.account_id,
        scope_id=user.account_id,
        file_name="a.csv",
        file_path="a.csv",
        kind=FileKind.CSV,
        source=SuppressionSource.IMPORT,
        created_at=server.door.ports.clock.now(),
    )
    await SuppressionProblem.create(
        suppression_import=importing, row=2, code="NUMBER_INVALID", message="None.", value="12"
    )
    signed_in = {"authorization": f"Bearer {token}"}
    problems = f"/suppressions/imports/{importing.id}/problems.csv"

    listed = await server.http.get("/suppressions.csv", headers=signed_in)
    sheet = await server.http.get("/suppressions.xlsx", headers=signed_in)
    wrong = await server.http.get(problems, headers=signed_in)

    [entry] = csv.DictReader(io.StringIO(listed.content.decode("utf-8-sig")))
    assert (entry["Number"], entry["Reason"], entry["Source"]) == (
        "+12025550103",
        "asked",
        "customer",
    )
    assert sheet.content[:2] == b"PK"
    assert b"NUMBER_INVALID" in wrong.content
    for path, status in (
        ("/suppressions.csv", 401),
        (problems, 401),
    ):
        assert (await server.http.get(path)).status_code == status
    for path, status in (
        ("/suppressions.pdf", 404),
        ("/suppressions.csv?campaign=00000000-0000-0000-0000-000000000000", 404),
        ("/suppressions.csv?campaign=x", 400),
    ):
        assert (await server.http.get(path, headers=signed_in)).status_code == status
