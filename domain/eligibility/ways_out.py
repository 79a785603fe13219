"""Whether a campaign's calls have a trunk to leave by; the floor's own way is carriers.py."""

from tortoise import connections

from domain.campaigns.models import Campaign
from domain.eligibility.parts import Block, BlockCode

_SHUT = """
SELECT EXISTS (SELECT FROM trunk WHERE account_id = $1) AND NOT EXISTS (
    SELECT FROM trunk WHERE account_id = $1 AND disabled_at IS NULL AND (
        id IN (SELECT trunk_id FROM campaign_trunk WHERE campaign_id = $2)
        OR NOT EXISTS (SELECT FROM campaign_trunk WHERE campaign_id = $2))
) AS shut
"""


async def trunks_blocking(campaign: Campaign) -> Block | None:
    """What forbids every call of a campaign whose trunks are all disabled; None: there is a way.

    An account that never had a trunk calls by the default one of the switch.
    """
    (row,) = await connections.get("default").execute_query_dict(
        _SHUT, [campaign.account_id, campaign.id]
    )
    if not row["shut"]:
        return None
    return Block(
        BlockCode.NO_TRUNK,
        "Every trunk that the campaign may use is disabled. Enable one, or choose others for it.",
    )
