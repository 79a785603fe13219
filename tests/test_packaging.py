from importlib.metadata import packages_distributions

import pytest


@pytest.mark.parametrize("name", ["api", "schema", "domain", "workers", "migrations"])
def test_no_other_distribution_owns_a_name_of_ours(name: str) -> None:
    # PyPI has a package `schema`. Installed beside us it would overwrite or shadow ours.
    assert set(packages_distributions().get(name, [])) <= {"outdial"}
