"""Accounts, the people and programs that sign in to them, and what they changed."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.access.permissions import Role
from domain.access.principal import PrincipalKind
from domain.core.ids import new_id

if TYPE_CHECKING:
    from domain.agents.models import Agent, Team


class Account(Model):
    """One customer of the platform. Every other row belongs to one account."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(max_length=100)
    slug = fields.CharField(max_length=40, unique=True)  # typed at sign-in
    country = fields.CharField(max_length=2, default="US")  # ISO 3166-1, of national numbers
    timezone = fields.CharField(max_length=64, default="UTC")  # IANA
    is_demo = fields.BooleanField(default=False)
    target_limit = fields.IntField(null=True)  # NULL: no limit
    created_at = fields.DatetimeField(auto_now_add=True)
    users: fields.ReverseRelation["User"]
    teams: fields.ReverseRelation["Team"]

    class Meta:
        table = "account"


class User(Model):
    """A person who signs in with e-mail and password."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "domain.Account", related_name="users", on_delete=fields.CASCADE
    )
    email = fields.CharField(max_length=200)
    name = fields.CharField(max_length=100)
    role = fields.CharEnumField(Role, max_length=32)
    password_hash = fields.CharField(max_length=200)  # argon2id
    created_at = fields.DatetimeField(auto_now_add=True)
    deactivated_at = fields.DatetimeField(null=True)  # NULL: may sign in
    agents: fields.ReverseRelation["Agent"]
    supervised_teams: fields.ReverseRelation["SupervisedTeam"]

    class Meta:
        table = "user"
        unique_together = (("account", "email"),)


class SupervisedTeam(Model):
    """A team that a supervisor is limited to. A supervisor without any sees the whole account."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UUID
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "domain.User", related_name="supervised_teams", on_delete=fields.CASCADE
    )
    team_id: UUID
    team: fields.ForeignKeyRelation["Team"] = fields.ForeignKeyField(
        "domain.Team", related_name="supervisors", on_delete=fields.CASCADE
    )

    class Meta:
        table = "supervised_team"
        unique_together = (("user", "team"),)


class ApiKey(Model):
    """A program's way in. The key itself is shown once; we keep its SHA-256."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "domain.Account", related_name="api_keys", on_delete=fields.CASCADE
    )
    name = fields.CharField(max_length=100)
    prefix = fields.CharField(max_length=16)  # shown, so that people tell keys apart
    digest = fields.CharField(max_length=64, unique=True)  # SHA-256, hex
    scopes: list[str] = fields.JSONField(default=list)  # permissions
    requests_per_minute = fields.IntField(default=600)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField(null=True)  # NULL: never
    revoked_at = fields.DatetimeField(null=True)  # NULL: in force
    last_used_at = fields.DatetimeField(null=True)  # NULL: never used; exact to a minute

    class Meta:
        table = "api_key"


class Session(Model):
    """A user or an agent signed in. The bearer token is shown once; we keep its SHA-256."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "domain.Account", related_name="sessions", on_delete=fields.CASCADE
    )
    digest = fields.CharField(max_length=64, unique=True)  # SHA-256, hex
    user_id: UUID | None
    user: fields.ForeignKeyNullableRelation["User"] = fields.ForeignKeyField(
        "domain.User", related_name="sessions", on_delete=fields.CASCADE, null=True
    )
    agent_id: UUID | None
    agent: fields.ForeignKeyNullableRelation["Agent"] = fields.ForeignKeyField(
        "domain.Agent", related_name="sessions", on_delete=fields.CASCADE, null=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)  # NULL: in force

    class Meta:
        table = "session"


class AuditEntry(Model):
    """One change that somebody made."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "domain.Account", related_name="audit_entries", on_delete=fields.CASCADE
    )
    at = fields.DatetimeField()
    principal_kind = fields.CharEnumField(PrincipalKind, max_length=32)
    principal_id = fields.UUIDField()
    action = fields.CharField(max_length=64)  # the mutation's name: campaignStart
    subject_type = fields.CharField(max_length=32)
    subject_id = fields.UUIDField(null=True)
    difference: dict[str, list[object]] = fields.JSONField(default=dict)

    class Meta:
        table = "audit_entry"
        indexes = (("account_id", "at"),)
