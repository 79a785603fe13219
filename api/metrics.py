"""What the door counts, for Prometheus. No label ever holds a name, a number or an id."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one process."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "outdial_graphql_requests_total",
            "GraphQL requests, by kind of operation and how they ended.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "outdial_graphql_seconds",
            "From the request read to the answer written.",
            ["kind"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.sockets = Gauge("outdial_sockets", "Open WebSockets.", registry=self.registry)
        self.streams = Gauge("outdial_event_streams", "Open SSE streams.", registry=self.registry)
        self.subscriptions = Gauge(
            "outdial_subscriptions", "Subscriptions under way.", registry=self.registry
        )
        self.shared_runs = Gauge(
            "outdial_shared_runs",
            "Runs that are worked out once for many subscribers.",
            registry=self.registry,
        )
        self.deliveries = Counter(
            "outdial_deliveries_total", "Events sent to subscribers.", registry=self.registry
        )
        self.closed = Counter(
            "outdial_sockets_closed_total",
            "WebSockets that we closed, by code.",
            ["code"],
            registry=self.registry,
        )

    def page(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self.registry)
