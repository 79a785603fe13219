"""How large an operation may be, told before it is validated or run.

Every fragment is measured once, so a bomb of fragments that spread each other is told as quickly as
an honest query.
"""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.validation import ASTValidationRule, ValidationContext, ValidationRule

MAX_DEPTH = 12
MAX_ALIASES = 30
MAX_TOKENS = 4_000
MAX_COST = 50_000  # fields of the answer if every page is full
MAX_PAGE = 100  # what a page size in a variable may be
DEFAULT_PAGE = 50
CACHED_DOCUMENTS = 1_000


@dataclass(frozen=True, slots=True)
class Size:
    """What an operation asks for at most: levels, aliases, and fields of the answer."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0

    def beside(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth), self.aliases + other.aliases, self.cost + other.cost
        )


NOTHING = Size()


def too_large(document: DocumentNode) -> list[GraphQLError]:
    """What is wrong with the size of each operation; empty when all may run."""
    measure = _Measure(document)
    found: list[GraphQLError] = []
    for operation in document.definitions:
        if not isinstance(operation, OperationDefinitionNode):
            continue
        size = measure.of(operation.selection_set, 1)
        for what, asked, limit in (
            ("levels deep", size.depth, MAX_DEPTH),
            ("aliases", size.aliases, MAX_ALIASES),
            ("fields in the largest answer", size.cost, MAX_COST),
        ):
            if asked > limit:
                many = str(asked) if asked <= 1_000_000 else "more than a million"
                found.append(
                    GraphQLError(
                        f"The operation is too large: {many} {what}, at most {limit:,} are "
                        "allowed. Ask for less at once.",
                        nodes=[operation],
                        extensions={"code": "OPERATION_TOO_LARGE"},
                    )
                )
    return found


class SizeRule(ValidationRule):
    """`too_large` as a rule, for a schema that is run by Strawberry itself."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        for error in too_large(context.document):
            context.report_error(error)


RULES: list[type[ASTValidationRule]] = [SizeRule]


class _Measure:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, Size] = {}
        self._open: set[str] = set()

    def of(self, selections: SelectionSetNode | None, level: int) -> Size:
        """The size of these selections. Deeper than the limit is not looked at: it is refused."""
        size = NOTHING
        if selections is None:
            return size
        if level > 3 * MAX_DEPTH:
            return Size(depth=MAX_DEPTH + 1)
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                size = size.beside(self._of_field(selection, level))
            elif isinstance(selection, InlineFragmentNode):
                size = size.beside(self.of(selection.selection_set, level + 1))
            elif isinstance(selection, FragmentSpreadNode):
                size = size.beside(self._of_fragment(selection.name.value, level))
        return size

    def _of_field(self, field: FieldNode, level: int) -> Size:
        inner = self.of(field.selection_set, level + 1)
        # Another rule bounds introspection, whose own query is deep.
        hidden = field.name.value.startswith("__")
        return Size(
            0 if hidden or field.selection_set is None else inner.depth + 1,
            inner.aliases + (field.alias is not None),
            1 + inner.cost * _page(field),
        )

    def _of_fragment(self, name: str, level: int) -> Size:
        if name in self._known:
            return self._known[name]
        fragment = self._fragments.get(name)
        if fragment is None or name in self._open:
            return NOTHING  # unknown or a cycle: other rules say so
        self._open.add(name)
        size = self._known[name] = self.of(fragment.selection_set, level + 1)
        self._open.discard(name)
        return size


def _page(field: FieldNode) -> int:
    """How many times the selections of a field are answered at most, as far as its text says."""
    for argument in field.arguments or ():
        if argument.name.value == "first":
            if isinstance(argument.value, IntValueNode):
                # Python refuses to read thousands of digits. What is no page size is refused later.
                digits = argument.value.value
                return max(1, min(MAX_PAGE, int(digits))) if len(digits) < 10 else MAX_PAGE
            return MAX_PAGE
    selections = field.selection_set.selections if field.selection_set else ()
    paged = any(isinstance(s, FieldNode) and s.name.value in ("edges", "nodes") for s in selections)
    return DEFAULT_PAGE if paged else 1
