"""Mutations after which a token may stand for less, or for nobody.

Processes remember for seconds who holds a token; after one of these they are told to forget.
"""

from graphql import FieldNode, OperationDefinitionNode, OperationType

from domain.core.bus import Notice

TOPIC = "access/ended"
FORGET = Notice(TOPIC, b"{}")  # whoever hears it forgets everybody: that costs one query each

ENDING = frozenset(
    {
        "agentArchive",
        "agentChange",
        "agentSignOut",
        "apiKeyRevoke",
        "passwordChange",
        "sessionRevoke",
        "signOut",
        "teamDelete",
        "userChange",
        "userDeactivate",
        "userSetPassword",
    }
)


def may_end_credentials(operation: OperationDefinitionNode) -> bool:
    """Whether somebody's token may mean less after this operation."""
    return operation.operation is OperationType.MUTATION and any(
        not isinstance(selection, FieldNode) or selection.name.value in ENDING
        for selection in operation.selection_set.selections
    )
