from pathlib import Path

import pytest

from domain.access.models import Account
from domain.access.permissions import PERMISSIONS_OF_ROLE, Role
from domain.access.principal import Principal, PrincipalKind
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.core.ids import new_id
from tests.fakes import FakePorts


@pytest.fixture
def fakes(tmp_path: Path) -> FakePorts:
    return FakePorts(tmp_path / "files")


@pytest.fixture
async def account(database: str) -> Account:
    return await Account.create(name="Acme", slug="acme", country="US")


@pytest.fixture
async def campaign(account: Account) -> Campaign:
    return await new_campaign(account)


@pytest.fixture
def supervisor(account: Account) -> Principal:
    return principal_of(account, Role.SUPERVISOR)


def principal_of(account: Account, role: Role) -> Principal:
    return Principal(
        kind=PrincipalKind.USER,
        id=new_id(),
        account_id=account.id,
        name="Sam",
        permissions=PERMISSIONS_OF_ROLE[role],
    )


async def new_campaign(account: Account, serial: int = 1, **columns: object) -> Campaign:
    return await Campaign.create(
        account_id=account.id,
        serial=serial,
        name=f"Campaign {serial}",
        api_code=f"c{serial}",
        mode=DialMode.PROGRESSIVE,
        **columns,  # type: ignore[arg-type]  # columns of the row
    )
