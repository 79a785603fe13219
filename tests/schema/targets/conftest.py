from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from domain.access.models import Account
from domain.access.permissions import Role
from domain.access.principal import Principal
from domain.campaigns.models import Campaign
from schema.context import Context
from schema.root import OutdialSchema, build_schema
from tests.domain.targets.conftest import new_campaign, principal_of
from tests.fakes import FakePorts

Ask = Callable[..., Coroutine[Any, Any, dict[str, Any]]]
Refused = Callable[..., Coroutine[Any, Any, list[str]]]


@pytest.fixture(scope="session")
def whole_schema() -> OutdialSchema:
    return build_schema()


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


@pytest.fixture
def context_of(fakes: FakePorts) -> Callable[[Principal | None], Context]:
    return lambda caller: Context(caller=caller, ports=fakes.ports, throttle=fakes.throttle)


@pytest.fixture
def ask(
    whole_schema: OutdialSchema,
    supervisor: Principal,
    context_of: Callable[[Principal | None], Context],
) -> Ask:
    """Ask as a supervisor, or as `caller`; gives `data`, and fails the test on any error."""

    async def asked(
        query: str, *, caller: Principal | None = supervisor, **variables: Any
    ) -> dict[str, Any]:
        result = await whole_schema.execute(
            query, variable_values=variables, context_value=context_of(caller)
        )
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    return asked


@pytest.fixture
def refused(
    whole_schema: OutdialSchema, context_of: Callable[[Principal | None], Context]
) -> Refused:
    """Ask as somebody and give the codes of the errors."""

    async def asked(query: str, *, caller: Principal | None, **variables: Any) -> list[str]:
        result = await whole_schema.execute(
            query, variable_values=variables, context_value=context_of(caller)
        )
        return [str((error.extensions or {}).get("code")) for error in result.errors or []]

    return asked
