import importlib
import pkgutil
from collections import Counter

import domain
from domain.core.jobs import Job, Lane
from workers import registry


def every_job() -> list[type[Job]]:
    """Every Job class of the product; a job lives in its slice's jobs.py or in the floor."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    found, kinds = list[type[Job]](), [Job]
    while kinds:
        below = [
            kind for kind in kinds.pop().__subclasses__() if kind.__module__.startswith("domain.")
        ]
        found += below
        kinds += below
    return found


def test_each_job_has_exactly_one_function_and_each_function_a_job() -> None:
    functions = [*registry.FLOOR_FUNCTIONS, *registry.JOB_FUNCTIONS]
    assert Counter(each.job for each in functions) == Counter(every_job())


def test_no_two_jobs_share_a_name_on_the_wire() -> None:
    names = Counter(job.__name__ for job in every_job())
    assert [name for name, times in names.items() if times > 1] == []


def test_each_function_is_in_the_lane_of_its_job() -> None:
    assert {each.job.lane for each in registry.FLOOR_FUNCTIONS} <= {Lane.FLOORS}
    assert {each.job.lane for each in registry.JOB_FUNCTIONS} <= {Lane.JOBS}


def test_each_cron_has_a_name_of_its_own_and_divides_the_minute() -> None:
    crons = [*registry.FLOOR_CRONS, *registry.JOB_CRONS]
    assert len({cron.name for cron in crons}) == len(crons)
    assert [cron.name for cron in crons if 60 % cron.every_s] == []
