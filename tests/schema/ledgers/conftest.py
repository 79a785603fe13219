from tests.schema.targets.conftest import (
    account,
    ask,
    campaign,
    context_of,
    fakes,
    refused,
    supervisor,
    whole_schema,
)

__all__ = [
    "account",
    "ask",
    "campaign",
    "context_of",
    "fakes",
    "refused",
    "supervisor",
    "whole_schema",
]
