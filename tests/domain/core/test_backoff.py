from domain.core.backoff import Backoff


def test_waits_double_up_to_the_cap() -> None:
    backoff = Backoff(first_s=1, cap_s=5)
    assert [backoff.failed() for _ in range(5)] == [1, 2, 4, 5, 5]


def test_a_success_starts_over() -> None:
    backoff = Backoff(first_s=1, cap_s=5)
    backoff.failed()
    backoff.failed()
    backoff.succeeded()
    assert backoff.failed() == 1
