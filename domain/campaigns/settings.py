"""What can be set of a campaign, and the limits of each setting. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict
from urllib.parse import urlsplit

from domain.callerids.rules import CallerIdStrategy, checked_pool
from domain.callguides.rules import Question, checked_guide
from domain.calls.rules import Disposition
from domain.campaigns.analysis import AnalysisSetting, checked_analysis
from domain.campaigns.announcements import (
    SOUND,
    SOUND_RULE,
    AnnouncementSetting,
    checked_announcement,
)
from domain.campaigns.rules import (
    ON_PORTS,
    SPEAKING,
    AbandonAction,
    AbandonWindow,
    AgentLogin,
    DialMode,
    MachineAction,
    UnsureAction,
)
from domain.conditions.checking import (
    OrderSetting,
    RuleSetting,
    checked_condition,
    checked_order,
    checked_rules,
)
from domain.core.numbers import is_e164
from domain.core.problems import Problems
from domain.eligibility.checking import (
    CapSetting,
    WindowSetting,
    checked_caps,
    checked_packs,
    checked_windows,
)
from domain.targets.rules import NEVER_MOVES_ON
from domain.wrapups.rules import WrapUpCodeSetting, checked_codes

LONGEST_RETRY_DELAY_S = 30 * 24 * 3600
MOST_VARIABLES = 30  # CAM-13: the most that an interaction panel shows
MOST_RING_VARIABLES = 6  # CAM-13: the most that a ring pop-over shows
MOST_SENSITIVE = 100


class CampaignSettings(TypedDict, total=False):
    """Settings of a campaign; what is left out stays as it is."""

    name: str
    mode: DialMode
    priority: int
    caller_id: str | None
    caller_name: str
    lines_per_agent: float
    max_lines_per_agent: float
    abandon_target: float
    abandon_window: AbandonWindow
    abandon_pool: str
    false_positive_rate: float
    correction_pace: int
    gain: float
    minimum_agents: int
    ring_limit_s: float
    patience_s: float
    analysis: bool
    analysis_settings: AnalysisSetting
    machine_action: MachineAction
    machine_message: str
    unsure_action: UnsureAction
    agent_announcement: str
    agent_login: AgentLogin
    record: bool
    max_attempts: int
    retry_delays_s: Mapping[Disposition, int]
    next_number_after: list[Disposition] | None
    wrap_up_s: float | None
    preview_s: float
    variables: list[str]
    ring_variables: list[str]
    sensitive_variables: list[str]
    call_guide: list[Question]
    crm_url: str
    calling_windows: list[WindowSetting]
    skip_holidays: bool
    regulation_packs: list[str] | None
    number_caps: list[CapSetting]
    starts_at: datetime | None
    stops_at: datetime | None
    wrap_up_codes: list[WrapUpCodeSetting]
    caller_id_strategy: CallerIdStrategy
    caller_id_pool: list[str]
    ivr_ports: int | None
    announcement: AnnouncementSetting | None
    abandon_action: AbandonAction
    abandon_message: AnnouncementSetting | None
    call_back: bool
    call_back_delay_s: int
    call_back_priority: int
    rules: list[RuleSetting]
    target_filter: Mapping[str, Any] | None
    target_order: list[OrderSetting]


# A change of any of these may let out what was held back, or the reverse.
RULE_COLUMNS = frozenset(
    {
        *("mode", "lines_per_agent"),  # whether an agent is reserved for every call
        *("calling_windows", "skip_holidays", "regulation_packs", "number_caps"),
        *("rules", "target_filter"),
    }
)


# Column → (public name, lowest, highest).
LIMITS: dict[str, tuple[str, float, float]] = {
    "priority": ("priority", 1, 10),
    "lines_per_agent": ("linesPerAgent", 1, 10),
    "max_lines_per_agent": ("maxLinesPerAgent", 1, 10),
    "abandon_target": ("abandonTarget", 0.001, 0.5),
    "false_positive_rate": ("falsePositiveRate", 0, 0.2),
    "correction_pace": ("correctionPace", 10, 1000),
    "gain": ("gain", 0, 2),
    "minimum_agents": ("minimumAgents", 1, 500),
    "ring_limit_s": ("ringLimitSeconds", 5, 120),
    "patience_s": ("patienceSeconds", 0, 30),
    "max_attempts": ("maxAttempts", 1, 30),
    "wrap_up_s": ("wrapUpSeconds", 0, 3600),
    "preview_s": ("previewSeconds", 5, 3600),
    "ivr_ports": ("ivrPorts", 1, 1000),
    "call_back_delay_s": ("callBackDelaySeconds", 0, LONGEST_RETRY_DELAY_S),
    "call_back_priority": ("callBackPriority", 1, 10),
}

PUBLIC_NAMES: dict[str, str] = {
    **{column: public for column, (public, _, _) in LIMITS.items()},
    "abandon_window": "abandonWindow",
    "abandon_pool": "abandonPool",
    "caller_id": "callerId",
    "caller_name": "callerName",
    "machine_action": "machineAction",
    "machine_message": "machineMessage",
    "unsure_action": "unsureAction",
    "agent_announcement": "agentAnnouncement",
    "agent_login": "agentLogin",
    "retry_delays_s": "retryDelays",
    "next_number_after": "nextNumberAfter",
    "crm_url": "crmUrl",
    "call_back": "callBack",
    "calling_windows": "callingWindows",
    "skip_holidays": "skipHolidays",
    "regulation_packs": "regulationPacks",
    "number_caps": "numberCaps",
    "starts_at": "startsAt",
    "stops_at": "stopsAt",
    "wrap_up_codes": "wrapUpCodes",
    "caller_id_strategy": "callerIdStrategy",
    "caller_id_pool": "callerIdPool",
    "target_filter": "targetFilter",
    "target_order": "targetOrder",
    "announcement": "announcement",
    "analysis_settings": "analysisSettings",
    "ring_variables": "ringVariables",
    "sensitive_variables": "sensitiveVariables",
    "call_guide": "callGuide",
    "abandon_action": "abandonAction",
    "abandon_message": "abandonMessage",
}


def checked_settings(settings: CampaignSettings) -> dict[str, Any]:
    """The columns to write. Raises InvalidInput with every problem, under its public name."""
    problems, values = Problems(), dict[str, Any](settings)
    if "name" in settings:
        values["name"] = problems.text("name", settings["name"], longest=100)
    if "caller_name" in settings:
        values["caller_name"] = problems.text(
            "callerName", settings["caller_name"], longest=64, empty=True
        )
    if "abandon_pool" in settings:
        values["abandon_pool"] = problems.text(
            "abandonPool", settings["abandon_pool"], longest=60, empty=True
        )
    if (caller_id := settings.get("caller_id")) is not None:
        problems.unless(is_e164(caller_id), "callerId", "must be in E.164, as in +12025550103")
    for column in ("machine_message", "agent_announcement"):
        sound = values.get(column) or ""
        problems.unless(
            not sound or SOUND.fullmatch(sound) is not None, PUBLIC_NAMES[column], SOUND_RULE
        )
    for column, (public, low, high) in LIMITS.items():
        if (value := values.get(column)) is not None:
            problems.between(public, value, low, high)
    if "retry_delays_s" in settings:
        delays = settings["retry_delays_s"]
        for disposition, seconds in delays.items():
            problems.between(f"retryDelays.{disposition}", seconds, 0, LONGEST_RETRY_DELAY_S)
            problems.unless(
                disposition not in (Disposition.CONNECTED, Disposition.INVALID),
                f"retryDelays.{disposition}",
                "is never retried",
            )
        values["retry_delays_s"] = {str(d): int(seconds) for d, seconds in delays.items()}
    if (after := settings.get("next_number_after")) is not None:
        for disposition in after:
            problems.unless(
                disposition not in NEVER_MOVES_ON,
                f"nextNumberAfter.{disposition}",
                "can't be chosen; after invalid numbers the next one is dialed in any case",
            )
        values["next_number_after"] = [str(each) for each in dict.fromkeys(after)]
    for column, most in (
        ("variables", MOST_VARIABLES),
        ("ring_variables", MOST_RING_VARIABLES),
        ("sensitive_variables", MOST_SENSITIVE),
    ):
        if column in values:
            public = PUBLIC_NAMES.get(column, column)
            values[column] = _checked_variables(public, values[column], most, problems)
    if settings.get("crm_url"):
        _check_crm_url(settings["crm_url"], problems)
    _check_rules(settings, values, problems)
    problems.refuse_any()
    return values


def refuse_incomplete(columns: Mapping[str, Any]) -> None:
    """Raise InvalidInput unless what a campaign's columns say together can be done."""
    problems = Problems()
    problems.unless(
        columns.get("machine_action") not in SPEAKING or bool(columns.get("machine_message")),
        "machineMessage",
        "must be given when machines hear a message",
    )
    problems.unless(
        columns.get("mode") not in ON_PORTS or columns.get("announcement") is not None,
        "announcement",
        "must be given for an IVR campaign: it is what customers hear",
    )
    hidden = set(columns.get("sensitive_variables") or ())
    for index, name in enumerate(columns.get("ring_variables") or ()):
        problems.unless(
            name not in hidden,
            f"ringVariables.{index}",
            f"{name!r} is sensitive: never shown there",
        )
    problems.unless(
        columns.get("abandon_action") is not AbandonAction.MESSAGE
        or columns.get("abandon_message") is not None,
        "abandonMessage",
        "must be given when abandoned customers hear a message",
    )
    problems.refuse_any()


def _check_rules(settings: CampaignSettings, values: dict[str, Any], problems: Problems) -> None:
    if "calling_windows" in settings:
        windows = settings["calling_windows"]
        values["calling_windows"] = checked_windows("callingWindows", windows, problems)
    if (packs := settings.get("regulation_packs")) is not None:
        values["regulation_packs"] = checked_packs("regulationPacks", packs, problems)
    if "caller_id_pool" in settings:
        pool = settings["caller_id_pool"]
        values["caller_id_pool"] = checked_pool("callerIdPool", pool, problems)
    if "wrap_up_codes" in settings:
        codes = settings["wrap_up_codes"]
        values["wrap_up_codes"] = checked_codes("wrapUpCodes", codes, problems)
    if "rules" in settings:
        values["rules"] = checked_rules("rules", settings["rules"], problems)
    if (condition := settings.get("target_filter")) is not None:
        values["target_filter"] = checked_condition("targetFilter", condition, problems)
    if "target_order" in settings:
        order = settings["target_order"]
        values["target_order"] = checked_order("targetOrder", order, problems)
    if (announcement := settings.get("announcement")) is not None:
        values["announcement"] = checked_announcement(
            "announcement", announcement, problems, agents=True
        )
    if "analysis_settings" in settings:
        analysis = settings["analysis_settings"]
        values["analysis_settings"] = checked_analysis("analysisSettings", analysis, problems)
    if "call_guide" in settings:
        values["call_guide"] = checked_guide("callGuide", settings["call_guide"], problems)
    if (message := settings.get("abandon_message")) is not None:
        values["abandon_message"] = checked_announcement(
            "abandonMessage", message, problems, agents=False
        )
    if "number_caps" in settings:
        values["number_caps"] = checked_caps("numberCaps", settings["number_caps"], problems)
    _check_dates(settings.get("starts_at"), settings.get("stops_at"), problems)


def refuse_dates_apart(starts_at: datetime | None, stops_at: datetime | None) -> None:
    """Raise InvalidInput when a campaign would stop before it starts."""
    problems = Problems()
    _check_dates(starts_at, stops_at, problems)
    problems.refuse_any()


def _check_dates(starts_at: datetime | None, stops_at: datetime | None, problems: Problems) -> None:
    if starts_at is not None and stops_at is not None:
        problems.unless(starts_at < stops_at, "stopsAt", "must be after the start")


def _checked_variables(path: str, names: list[str], most: int, problems: Problems) -> list[str]:
    problems.unless(len(names) <= most, path, f"must be at most {most}")
    checked = [
        problems.text(f"{path}.{index}", name, longest=64) for index, name in enumerate(names)
    ]
    problems.unless(len(set(checked)) == len(checked), path, "must not repeat a name")
    return checked


def _check_crm_url(template: str, problems: Problems) -> None:
    problems.unless(len(template) <= 500, "crmUrl", "must be at most 500 characters")
    try:
        parts = urlsplit(template)
        web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        web = False
    problems.unless(web, "crmUrl", "must begin with https:// or http:// and a host")
    # A variable in the host would let a list choose where agents are sent.
    problems.unless(
        "{" not in template.split("://", 1)[-1].split("/", 1)[0],
        "crmUrl",
        "must not have a variable in its host",
    )
    rest = re.sub(r"\{[^{}]+\}", "", template)
    problems.unless(
        "{" not in rest and "}" not in rest, "crmUrl", "must name variables as {variable}"
    )
