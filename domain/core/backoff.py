"""How long to wait before the next try of something that failed."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Waits that double up to a cap, and start over after a success."""

    first_s: float = 0.1
    cap_s: float = 5.0
    _next_s: float | None = field(default=None, init=False)

    def failed(self) -> float:
        """Seconds to wait now."""
        wait_s = self.first_s if self._next_s is None else self._next_s
        self._next_s = min(wait_s * 2, self.cap_s)
        return wait_s

    def succeeded(self) -> None:
        """The next failure waits shortly again."""
        self._next_s = None
