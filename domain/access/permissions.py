"""What a principal may do, and which roles hold which permission.

Resolvers ask for a permission, never for a role. A field without a rule is refused (see
tests/schema/test_every_field_is_guarded.py).
"""

from enum import StrEnum


class Permission(StrEnum):
    """One thing a principal may be allowed to do."""

    ACCOUNT_VIEW = "account:view"
    USER_MANAGE = "user:manage"
    API_KEY_MANAGE = "api_key:manage"
    AUDIT_VIEW = "audit:view"
    AGENT_VIEW = "agent:view"
    AGENT_MANAGE = "agent:manage"
    AGENT_SUPERVISE = "agent:supervise"  # force a state, move, listen
    CAMPAIGN_VIEW = "campaign:view"
    CAMPAIGN_MANAGE = "campaign:manage"
    CAMPAIGN_RUN = "campaign:run"  # start, stop, close
    TARGET_VIEW = "target:view"
    TARGET_MANAGE = "target:manage"
    CALL_VIEW = "call:view"
    CALL_CONTROL = "call:control"
    MONITOR_VIEW = "monitor:view"
    TRUNK_MANAGE = "trunk:manage"  # trunks and the account's own numbers
    RECORDING_VIEW = "recording:view"
    DESK = "desk"  # an agent's own desk: state, calls, pops


class Role(StrEnum):
    """What kind of user somebody is."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    AUDITOR = "auditor"


_VIEWS = frozenset(
    {
        Permission.ACCOUNT_VIEW,
        Permission.AGENT_VIEW,
        Permission.CAMPAIGN_VIEW,
        Permission.TARGET_VIEW,
        Permission.CALL_VIEW,
        Permission.MONITOR_VIEW,
    }
)

PERMISSIONS_OF_ROLE: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission) - {Permission.DESK},
    Role.SUPERVISOR: _VIEWS
    | {
        Permission.AGENT_SUPERVISE,
        Permission.RECORDING_VIEW,
        Permission.CAMPAIGN_MANAGE,
        Permission.CAMPAIGN_RUN,
        Permission.TARGET_MANAGE,
        Permission.CALL_CONTROL,
    },
    Role.AGENT: frozenset({Permission.DESK}),
    Role.AUDITOR: _VIEWS | {Permission.AUDIT_VIEW, Permission.RECORDING_VIEW},
}

# An API key may be given any permission but these: a key is no person and has no desk.
NEVER_A_SCOPE = frozenset({Permission.DESK, Permission.USER_MANAGE, Permission.API_KEY_MANAGE})
