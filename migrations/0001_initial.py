from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.access.permissions import Role
from domain.access.principal import PrincipalKind
from domain.agents.models import EndpointKind
from domain.agents.rules import AgentState
from domain.calls.rules import AttemptState, CallDirection, Disposition
from domain.campaigns.rules import CampaignState, DialMode, MachineAction
from domain.core.ids import new_id
from domain.numbers.models import NumberPurpose
from domain.targets.models import ImportState
from domain.targets.reading.kinds import FileKind
from domain.targets.rules import ClosedReason, TargetState
from domain.telephony.events import EndedBy
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index, PartialIndex


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                ("name", fields.CharField(max_length=100)),
                ("slug", fields.CharField(unique=True, max_length=40)),
                ("country", fields.CharField(default="US", max_length=2)),
                ("timezone", fields.CharField(default="UTC", max_length=64)),
                ("is_demo", fields.BooleanField(default=False)),
                ("target_limit", fields.IntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "account",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "One customer of the platform. Every other row belongs to one account.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="api_keys",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("prefix", fields.CharField(max_length=16)),
                ("digest", fields.CharField(unique=True, max_length=64)),
                ("scopes", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("requests_per_minute", fields.IntField(default=600)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "last_used_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "api_key",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "A program's way in. The key itself is shown once; we keep its SHA-256.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="audit_entries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "principal_kind",
                    fields.CharEnumField(
                        description="USER: user\nAGENT: agent\nAPI_KEY: api_key\nSYSTEM: system",
                        enum_type=PrincipalKind,
                        max_length=32,
                    ),
                ),
                ("principal_id", fields.UUIDField()),
                ("action", fields.CharField(max_length=64)),
                ("subject_type", fields.CharField(max_length=32)),
                ("subject_id", fields.UUIDField(null=True)),
                ("difference", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "audit_entry",
                "app": "domain",
                "indexes": [Index(fields=["account_id", "at"])],
                "pk_attr": "id",
                "table_description": "One change that somebody made.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="calls",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "direction",
                    fields.CharEnumField(
                        description="OUTBOUND: outbound\nINBOUND: inbound",
                        enum_type=CallDirection,
                        max_length=32,
                    ),
                ),
                ("campaign_id", fields.UUIDField(null=True)),
                ("target_id", fields.UUIDField(null=True)),
                ("agent_id", fields.UUIDField(null=True)),
                ("number", fields.CharField(max_length=16)),
                ("answered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "connected_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "ended_by",
                    fields.CharEnumField(
                        null=True,
                        description="FAR_END: far_end\nUS: us\nSWITCH: switch",
                        enum_type=EndedBy,
                        max_length=32,
                    ),
                ),
                (
                    "wrap_up_ended_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("wrap_up_code", fields.CharField(null=True, max_length=64)),
                ("note", fields.CharField(default="", max_length=2000)),
            ],
            options={
                "table": "call",
                "app": "domain",
                "indexes": [
                    Index(fields=["account_id", "answered_at"]),
                    Index(fields=["agent_id", "answered_at"]),
                ],
                "pk_attr": "id",
                "table_description": "A conversation, or the wait for one: what an attempt becomes once a person is on the line.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CallEvent",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("call_id", fields.UUIDField()),
                ("account_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("kind", fields.CharField(max_length=32)),
                ("detail", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "call_event",
                "app": "domain",
                "indexes": [Index(fields=["call_id", "at"])],
                "pk_attr": "id",
                "table_description": "One thing that happened in an attempt or call.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="campaigns",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("serial", fields.IntField()),
                ("name", fields.CharField(max_length=100)),
                ("api_code", fields.CharField(max_length=32)),
                (
                    "mode",
                    fields.CharEnumField(
                        description="PREVIEW: preview\nPROGRESSIVE: progressive\nPREDICTIVE: predictive",
                        enum_type=DialMode,
                        max_length=32,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=CampaignState.STOPPED,
                        description="STOPPED: stopped\nRUNNING: running\nCLOSED: closed",
                        enum_type=CampaignState,
                        max_length=32,
                    ),
                ),
                ("priority", fields.SmallIntField(default=5)),
                ("caller_id", fields.CharField(null=True, max_length=16)),
                ("caller_name", fields.CharField(default="", max_length=64)),
                ("lines_per_agent", fields.FloatField(default=1.0)),
                ("max_lines_per_agent", fields.FloatField(default=10.0)),
                ("abandon_target", fields.FloatField(default=0.03)),
                ("correction_pace", fields.IntField(default=50)),
                ("gain", fields.FloatField(default=1.0)),
                ("minimum_agents", fields.SmallIntField(default=2)),
                ("ring_limit_s", fields.FloatField(default=28.0)),
                ("patience_s", fields.FloatField(default=2.0)),
                ("ivr_ports", fields.SmallIntField(null=True)),
                ("analysis", fields.BooleanField(default=True)),
                (
                    "analysis_settings",
                    fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads),
                ),
                (
                    "machine_action",
                    fields.CharEnumField(
                        default=MachineAction.HANG_UP,
                        description="HANG_UP: hang_up\nCONNECT: connect\nMESSAGE: message",
                        enum_type=MachineAction,
                        max_length=32,
                    ),
                ),
                ("machine_message", fields.CharField(default="", max_length=100)),
                ("agent_announcement", fields.CharField(default="", max_length=100)),
                ("record", fields.BooleanField(default=False)),
                ("max_attempts", fields.SmallIntField(default=3)),
                (
                    "retry_delays_s",
                    fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads),
                ),
                ("wrap_up_s", fields.FloatField(null=True)),
                ("preview_s", fields.FloatField(default=60.0)),
                ("variables", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("crm_url", fields.CharField(default="", max_length=500)),
                ("call_guide", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("stopped_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "campaign",
                "app": "domain",
                "unique_together": (("account", "serial"), ("account", "api_code")),
                "pk_attr": "id",
                "table_description": "A list being dialed in one mode by some agents. Seconds end in _s, rates are fractions.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="contacts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(default="", max_length=200)),
                ("variables", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("timezone", fields.CharField(null=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "contact",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "A person in a list.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FloorLease",
            fields=[
                (
                    "account",
                    fields.OneToOneField(
                        "domain.Account",
                        source_field="account_id",
                        primary_key=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="floor",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("epoch", fields.IntField(default=0)),
                ("inbox_position", fields.CharField(default="0-0", max_length=32)),
            ],
            options={
                "table": "floor",
                "app": "domain",
                "pk_attr": "account_id",
                "table_description": "The fence of one account's floor: only the newest epoch dials.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Recording",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="recordings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("call_id", fields.UUIDField(db_index=True)),
                ("campaign_id", fields.UUIDField(null=True)),
                ("agent_id", fields.UUIDField(null=True)),
                ("node", fields.CharField(max_length=64)),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "finished_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("path", fields.CharField(null=True, max_length=300)),
                ("size", fields.BigIntField(null=True)),
                ("seconds", fields.FloatField(null=True)),
            ],
            options={
                "table": "recording",
                "app": "domain",
                "indexes": [Index(fields=["account_id", "started_at"])],
                "pk_attr": "id",
                "table_description": "One file of one call. Where recording was paused, the file holds silence.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TargetAddition",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="target_additions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.CharField(max_length=100)),
                ("digest", fields.CharField(max_length=64)),
                ("answers", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "target_addition",
                "app": "domain",
                "unique_together": (("account", "key"),),
                "pk_attr": "id",
                "table_description": "What was answered to an addition with an idempotency key, to answer a repetition.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TargetBatch",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "domain.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="batches",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("priority", fields.SmallIntField(default=5)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "target_batch",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "Targets that came in together.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Target",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="targets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "domain.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="targets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "contact",
                    fields.ForeignKeyField(
                        "domain.Contact",
                        source_field="contact_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="targets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "batch",
                    fields.ForeignKeyField(
                        "domain.TargetBatch",
                        source_field="batch_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="targets",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("number", fields.CharField(max_length=16)),
                ("caller_id", fields.CharField(null=True, max_length=16)),
                ("priority", fields.SmallIntField(default=5)),
                (
                    "state",
                    fields.CharEnumField(
                        default=TargetState.NEW,
                        description="NEW: new\nRETRY: retry\nDIALING: dialing\nCLOSED: closed",
                        enum_type=TargetState,
                        max_length=32,
                    ),
                ),
                (
                    "closed_reason",
                    fields.CharEnumField(
                        null=True,
                        description="CONNECTED: connected\nATTEMPTS_EXHAUSTED: attempts_exhausted\nINVALID: invalid\nFINAL: final\nREMOVED: removed\nSUPPRESSED: suppressed",
                        enum_type=ClosedReason,
                        max_length=32,
                    ),
                ),
                ("attempts", fields.SmallIntField(default=0)),
                ("last_ordinal", fields.SmallIntField(default=0)),
                ("max_attempts", fields.SmallIntField()),
                ("next_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "last_attempt_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "last_disposition",
                    fields.CharEnumField(
                        null=True,
                        description="CONNECTED: connected\nABANDONED: abandoned\nHUNG_UP: hung_up\nMACHINE: machine\nFAX: fax\nBUSY: busy\nNO_ANSWER: no_answer\nINVALID: invalid\nCONGESTION: congestion\nREJECTED: rejected\nUNREACHABLE: unreachable\nCANCELED: canceled\nFAILED: failed\nNOT_PLACED: not_placed",
                        enum_type=Disposition,
                        max_length=32,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "target",
                "app": "domain",
                "unique_together": (("campaign", "number"),),
                "indexes": [
                    Index(fields=["account_id", "number"]),
                    Index(fields=["contact_id"]),
                    Index(fields=["campaign_id", "id"]),
                    Index(fields=["campaign_id", "last_attempt_at", "id"]),
                    PartialIndex(
                        fields=["campaign_id", "next_at", "id"],
                        name="target_waiting",
                        condition={"state": "retry"},
                    ),
                    PartialIndex(
                        fields=["campaign_id", "priority", "id"],
                        name="target_new",
                        condition={"state": "new"},
                    ),
                    PartialIndex(
                        fields=["campaign_id", "priority", "next_at", "id"],
                        name="target_retry",
                        condition={"state": "retry"},
                    ),
                ],
                "pk_attr": "id",
                "table_description": "A contact in a campaign, with its dial state.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attempts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "domain.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attempts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "target",
                    fields.ForeignKeyField(
                        "domain.Target",
                        source_field="target_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attempt_rows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("ordinal", fields.SmallIntField()),
                ("number", fields.CharField(max_length=16)),
                ("caller_id", fields.CharField(null=True, max_length=16)),
                ("node", fields.CharField(max_length=64)),
                ("trunk_id", fields.UUIDField(null=True)),
                ("epoch", fields.IntField()),
                (
                    "state",
                    fields.CharEnumField(
                        default=AttemptState.COMMITTED,
                        description="COMMITTED: committed\nPLACED: placed\nRINGING: ringing\nANSWERED: answered\nWAITING: waiting\nCONNECTED: connected\nENDED: ended",
                        enum_type=AttemptState,
                        max_length=32,
                    ),
                ),
                (
                    "disposition",
                    fields.CharEnumField(
                        null=True,
                        description="CONNECTED: connected\nABANDONED: abandoned\nHUNG_UP: hung_up\nMACHINE: machine\nFAX: fax\nBUSY: busy\nNO_ANSWER: no_answer\nINVALID: invalid\nCONGESTION: congestion\nREJECTED: rejected\nUNREACHABLE: unreachable\nCANCELED: canceled\nFAILED: failed\nNOT_PLACED: not_placed",
                        enum_type=Disposition,
                        max_length=32,
                    ),
                ),
                ("agent_id", fields.UUIDField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ringing_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "answered_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "connected_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "attempt",
                "app": "domain",
                "unique_together": (("target", "ordinal"),),
                "indexes": [
                    Index(fields=["account_id", "created_at"]),
                    Index(fields=["campaign_id", "created_at"]),
                ],
                "pk_attr": "id",
                "table_description": "One try to reach one number; committed before the switch is asked to dial.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TargetImport",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="target_imports",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "domain.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="imports",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "batch",
                    fields.ForeignKeyField(
                        "domain.TargetBatch",
                        source_field="batch_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="imports",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("file_name", fields.CharField(max_length=200)),
                ("file_path", fields.CharField(max_length=300)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="XLSX: xlsx\nXLS: xls\nCSV: csv\nXML: xml\nJSON: json\nNDJSON: ndjson",
                        enum_type=FileKind,
                        max_length=32,
                    ),
                ),
                ("country", fields.CharField(null=True, max_length=2)),
                ("priority", fields.SmallIntField(default=5)),
                (
                    "state",
                    fields.CharEnumField(
                        default=ImportState.PENDING,
                        description="PENDING: pending\nRUNNING: running\nDONE: done\nCANCELED: canceled\nFAILED: failed",
                        enum_type=ImportState,
                        max_length=32,
                    ),
                ),
                ("rows_total", fields.IntField(null=True)),
                ("rows_read", fields.IntField(default=0)),
                ("imported", fields.IntField(default=0)),
                ("duplicates", fields.IntField(default=0)),
                ("invalid", fields.IntField(default=0)),
                ("failure_code", fields.CharField(null=True, max_length=32)),
                ("failure", fields.CharField(null=True, max_length=500)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "heartbeat_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("runner", fields.UUIDField(null=True)),
                ("fruitless_starts", fields.SmallIntField(default=0)),
                (
                    "finished_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "target_import",
                "app": "domain",
                "indexes": [Index(fields=["campaign_id", "id"])],
                "pk_attr": "id",
                "table_description": "A file being turned into targets. The row is the truth; a job that dies is started again.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportProblem",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "target_import",
                    fields.ForeignKeyField(
                        "domain.TargetImport",
                        source_field="target_import_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="problems",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("row", fields.IntField()),
                ("code", fields.CharField(max_length=32)),
                ("message", fields.CharField(max_length=300)),
                ("value", fields.CharField(default="", max_length=64)),
            ],
            options={
                "table": "import_problem",
                "app": "domain",
                "indexes": [Index(fields=["target_import_id", "row"])],
                "pk_attr": "id",
                "table_description": "One row of a file that did not become a target, and why.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="teams",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "team",
                "app": "domain",
                "unique_together": (("account", "name"),),
                "pk_attr": "id",
                "table_description": "A group of agents that is assigned and supervised together.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CampaignTeam",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "domain.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="teams",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "team",
                    fields.ForeignKeyField(
                        "domain.Team",
                        source_field="team_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="campaigns",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("level", fields.SmallIntField(default=1)),
            ],
            options={
                "table": "campaign_team",
                "app": "domain",
                "unique_together": (("campaign", "team"),),
                "pk_attr": "id",
                "table_description": "A team that works on a campaign.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InboundNumber",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="inbound_numbers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.CharField(unique=True, max_length=32)),
                ("name", fields.CharField(default="", max_length=100)),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="PHONE_LOGIN: phone_login\nTEAM: team",
                        enum_type=NumberPurpose,
                        max_length=32,
                    ),
                ),
                (
                    "team",
                    fields.ForeignKeyField(
                        "domain.Team",
                        source_field="team_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="inbound_numbers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("greeting", fields.CharField(default="", max_length=100)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "inbound_number",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "A number that belongs to the account.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Trunk",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trunks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=80)),
                ("channels", fields.IntField(default=30)),
                ("calls_per_second", fields.FloatField(default=5.0)),
                ("record", fields.BooleanField(default=False)),
                ("position", fields.SmallIntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "disabled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "trunk",
                "app": "domain",
                "unique_together": (("account", "name"),),
                "pk_attr": "id",
                "table_description": "One way out. An account without any uses the switch's own default.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CampaignTrunk",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "domain.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trunks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "trunk",
                    fields.ForeignKeyField(
                        "domain.Trunk",
                        source_field="trunk_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="campaigns",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.SmallIntField(default=1)),
            ],
            options={
                "table": "campaign_trunk",
                "app": "domain",
                "unique_together": (("campaign", "trunk"),),
                "pk_attr": "id",
                "table_description": "A trunk in a campaign's failover order.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="users",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("email", fields.CharField(max_length=200)),
                ("name", fields.CharField(max_length=100)),
                (
                    "role",
                    fields.CharEnumField(
                        description="ADMIN: admin\nSUPERVISOR: supervisor\nAGENT: agent\nAUDITOR: auditor",
                        enum_type=Role,
                        max_length=32,
                    ),
                ),
                ("password_hash", fields.CharField(max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "deactivated_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "user",
                "app": "domain",
                "unique_together": (("account", "email"),),
                "pk_attr": "id",
                "table_description": "A person who signs in with e-mail and password.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Agent",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="agents",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("code", fields.CharField(max_length=16)),
                ("pin_hash", fields.CharField(max_length=200)),
                (
                    "team",
                    fields.ForeignKeyField(
                        "domain.Team",
                        source_field="team_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="agents",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "endpoint_kind",
                    fields.CharEnumField(
                        default=EndpointKind.SIP,
                        description="SIP: sip\nWEBRTC: webrtc\nNUMBER: number",
                        enum_type=EndpointKind,
                        max_length=32,
                    ),
                ),
                ("endpoint", fields.CharField(max_length=64)),
                ("caller_id", fields.CharField(null=True, max_length=16)),
                ("record", fields.BooleanField(default=False)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "domain.User",
                        source_field="user_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="agents",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "archived_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "agent",
                "app": "domain",
                "unique_together": (("account", "code"),),
                "pk_attr": "id",
                "table_description": "A person who takes calls, with a phone and a desk.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AgentStateEntry",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="agent_states",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "agent",
                    fields.ForeignKeyField(
                        "domain.Agent",
                        source_field="agent_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="states",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        description="OFFLINE: offline\nAVAILABLE: available\nRESERVED: reserved\nRINGING: ringing\nTALKING: talking\nWRAP_UP: wrap_up\nBREAK: break",
                        enum_type=AgentState,
                        max_length=32,
                    ),
                ),
                ("reason", fields.CharField(null=True, max_length=64)),
                ("campaign_id", fields.UUIDField(null=True)),
                ("call_id", fields.UUIDField(null=True)),
                ("leg_id", fields.UUIDField(null=True)),
                ("node", fields.CharField(null=True, max_length=64)),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "agent_state",
                "app": "domain",
                "indexes": [
                    Index(fields=["agent_id", "started_at"]),
                    Index(fields=["account_id", "started_at"]),
                ],
                "pk_attr": "id",
                "table_description": "One stretch of time that an agent spent in one state.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CampaignAgent",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "domain.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="agents",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "agent",
                    fields.ForeignKeyField(
                        "domain.Agent",
                        source_field="agent_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="campaigns",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("level", fields.SmallIntField(default=1)),
            ],
            options={
                "table": "campaign_agent",
                "app": "domain",
                "unique_together": (("campaign", "agent"),),
                "pk_attr": "id",
                "table_description": "An agent who works on a campaign. Overrides the level of the agent's team.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "domain.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("digest", fields.CharField(unique=True, max_length=64)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "domain.User",
                        source_field="user_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "agent",
                    fields.ForeignKeyField(
                        "domain.Agent",
                        source_field="agent_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "session",
                "app": "domain",
                "pk_attr": "id",
                "table_description": "A user or an agent signed in. The bearer token is shown once; we keep its SHA-256.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SupervisedTeam",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "domain.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="supervised_teams",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "team",
                    fields.ForeignKeyField(
                        "domain.Team",
                        source_field="team_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="supervisors",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "supervised_team",
                "app": "domain",
                "unique_together": (("user", "team"),),
                "pk_attr": "id",
                "table_description": "A team that a supervisor is limited to. A supervisor without any sees the whole account.",
            },
            bases=["Model"],
        ),
    ]
