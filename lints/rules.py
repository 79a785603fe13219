"""The rules. Each takes a module and yields what breaks it."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from lints.source import Finding, Module, dotted

Rule = Callable[[Module], Iterator[Finding]]

LONGEST_MODULE = 400
CLOCK = PurePosixPath("domain/adapters/system_clock.py")


def clock(module: Module) -> Iterator[Finding]:
    """Only the clock reads the machine's time.

    A calling window that asks the machine itself can't be tested at 20:59 on a Friday in another
    zone, and a simulation that runs a hundred times as fast would dial at night.
    """
    if module.path == CLOCK:
        return
    forbidden = {
        *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"),
        *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"),
        *("timezone.now", "time.time_ns"),
    }
    for call in module.calls():
        if (name := dotted(call.func)) in forbidden:
            yield module.finding(
                call, "clock", f"{name}() reads the machine's time; take a Clock and ask it"
            )


def rows(module: Module) -> Iterator[Finding]:
    """A row is reached by id only inside its slice, through its access function.

    Each hole of the kind "any account can read any call" was one `Model.get(id=...)` in a place
    that did not know whom it served. Inside the domain a filter may name the id beside the account.
    """
    foreign = {
        alias.asname or alias.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and _models_of_another_slice(module, node.module)
        for alias in node.names
    }
    for call in module.calls():
        owner, _, method = dotted(call.func).rpartition(".")
        if owner not in foreign:
            continue
        outside = module.path.parts[0] != "domain"
        if method in ("get", "get_or_none") or (outside and _filters_by_id(method, call)):
            yield module.finding(
                call,
                "rows",
                f"{owner}.{method}() reaches a row of another slice by id; call the slice's "
                "access function",
            )


def people(module: Module) -> Iterator[Finding]:
    """No number and no name in a log message.

    Logs are copied to places that no deletion request reaches.
    """
    for call in module.calls():
        owner, _, method = dotted(call.func).rpartition(".")
        if owner.rpartition(".")[2] not in ("logger", "logging", "log", "_logger"):
            continue
        if method not in ("debug", "info", "warning", "error", "exception", "critical", "log"):
            continue
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            for said in _personal(argument):
                yield module.finding(
                    call,
                    "people",
                    f"{said} in a log call; log an id, or put it in `extra` under a key with "
                    "`pii` in it",
                )


def size(module: Module) -> Iterator[Finding]:
    """No module grows past what one can hold in mind.

    Each code base that we looked at had one file that escaped every rule: 2,000 to 5,000 lines.
    """
    lines = len(module.text.splitlines())
    if lines > LONGEST_MODULE:
        yield module.finding(
            1, "size", f"{lines} lines, more than {LONGEST_MODULE}; split it by what it is about"
        )


def session(module: Module) -> Iterator[Finding]:
    """What SQL takes or sets ends with its transaction.

    A connection goes back to the pool as it is (domain/core/database.py): a lock or a setting of
    the session would be met by whoever gets the connection next.
    """
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and (found := _OF_THE_SESSION.search(node.value))
        ):
            yield module.finding(
                node,
                "session",
                f"`{found[0].strip()}` outlives its transaction; use SET LOCAL, "
                "set_config(..., true), pg_advisory_xact_lock, the bus",
            )


RULES: dict[str, Rule] = {
    "clock": clock,
    "rows": rows,
    "people": people,
    "size": size,
    "session": session,
}


def check(module: Module) -> list[Finding]:
    """What the rules find in a module and no reason excuses."""
    found = [finding for rule in RULES.values() for finding in rule(module)]
    kept = [finding for finding in found if not module.excuses(finding)]
    return kept + [
        module.finding(line, "escape", "an escape needs `, because` and a reason")
        for line in module.bare_excuses()
    ]


# SQL that leaves something on its connection. The first words of a statement are in capitals here.
_OF_THE_SESSION = re.compile(
    r"\bpg_(?:try_)?advisory_lock(?:_shared)?\b|\bset_config\([^)]*\bfalse\b"
    r"|(?:^|;)\s*(?:SET (?!LOCAL\b|CONSTRAINTS\b)\w+|LISTEN \w+|PREPARE \w+)"
)

# Models and attributes that hold a person's data, wherever they stand.
_PEOPLE = frozenset({"contact", "agent", "user", "customer", "caller", "target", "supervisor"})
_PERSONAL = frozenset(
    {
        *("number", "numbers", "phone", "phone_number", "e164", "caller_id", "called_number"),
        *("email", "full_name", "first_name", "last_name", "contact_name", "agent_name"),
        *("caller_name", "note", "notes", "digits", "dtmf", "pin", "password", "secret", "token"),
    }
)


def _models_of_another_slice(module: Module, imported: str | None) -> bool:
    parts = (imported or "").split(".")
    return (
        len(parts) == 3
        and parts[0] == "domain"
        and parts[2] == "models"
        and parts[1] != module.slice
    )


def _filters_by_id(method: str, call: ast.Call) -> bool:
    return method == "filter" and any(keyword.arg in ("id", "pk") for keyword in call.keywords)


def _personal(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Dict):
        for key, value in zip(argument.keys, argument.values, strict=True):
            if not (isinstance(key, ast.Constant) and "pii" in str(key.value).split("_")):
                yield from _personal(value)
        return
    if isinstance(argument, ast.Call):  # len(numbers), type(number) tell nothing
        return
    if isinstance(argument, ast.Name | ast.Attribute):
        owner, _, last = dotted(argument).rpartition(".")
        if last in _PERSONAL or (last == "name" and owner.rpartition(".")[2] in _PEOPLE):
            yield dotted(argument)
        return
    for child in ast.iter_child_nodes(argument):
        if isinstance(child, ast.expr):
            yield from _personal(child)
