"""Documents made ready once: parsed, measured, validated, and kept by their text."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    VariableNode,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.language.visitor import Visitor
from hedgerow.errors import Invalid, Refused

from hedgerow_gateway.execution.coercion import Coercions, Variables
from hedgerow_gateway.execution.executor import Plans
from hedgerow_gateway.execution.guard import Guard
from hedgerow_gateway.execution.limits import Limits, OverLimit, Shape

MOST_KEPT = 1000
MOST_CHARACTERS = 1024 * 1024  # of all kept documents
MOST_ERRORS = 20


class BadDocument(Invalid):
    code = "BAD_DOCUMENT"


@dataclass(slots=True)
class Operation:
    """One document's only operation. When `errors` holds any, it must not run.

    conditions  variables that decide with @skip and @include which fields are selected
    plans       what the executor worked out for this document; it keeps its own keys
    """

    text: str
    errors: tuple[GraphQLError | Refused, ...] = ()
    definition: OperationDefinitionNode | None = None
    fragment_definitions: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    fragments: dict[str, FragmentDetails] = field(default_factory=dict)
    shape: Shape | None = None
    variables: Variables | None = None
    conditions: tuple[str, ...] = ()
    plans: Plans = field(default_factory=dict)

    @property
    def kind(self) -> OperationType | None:
        return self.definition.operation if self.definition else None

    @property
    def name(self) -> str:
        named = self.definition.name if self.definition else None
        return named.value if named else ""


class Operations:
    """The least recently used go when there are too many, or too much text is kept."""

    def __init__(self, schema: GraphQLSchema, *, limits: Limits, introspection: bool) -> None:
        self.limits = limits
        self._schema = schema
        self._guard = Guard(schema, limits)
        self._coercions = Coercions()
        self._rules = (
            tuple(specified_rules)
            if introspection
            else (*specified_rules, NoSchemaIntrospectionCustomRule)
        )
        self._kept: OrderedDict[str, Operation] = OrderedDict()
        self._characters = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, text: str) -> Operation:
        known = self._kept.get(text)
        if known is not None:
            self._kept.move_to_end(text)
            return known
        if len(text) > self.limits.characters:
            too_long = OverLimit("characters", "字符数", self.limits.characters)
            return Operation("", errors=(too_long,))
        operation = self._prepare(text)
        self._kept[text] = operation
        self._characters += len(text)
        while len(self._kept) > MOST_KEPT or self._characters > MOST_CHARACTERS:
            self._characters -= len(self._kept.popitem(last=False)[0])
        return operation

    def _prepare(self, text: str) -> Operation:
        try:
            document = parse(
                text,
                max_lexical_tokens=self.limits.tokens,
                max_comments=self.limits.tokens,
            )
            _check_strings(document)
            definition = _only_operation(document)
            shape = self._guard.measure(document, definition)
        except (GraphQLError, Refused) as wrong:
            return Operation(text, errors=(wrong,))
        errors = validate(
            self._schema, document, self._rules, max_errors=MOST_ERRORS, hide_suggestions=True
        )
        fragment_definitions = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        return Operation(
            text,
            errors=tuple(errors),
            definition=definition,
            fragment_definitions=fragment_definitions,
            fragments={
                name: FragmentDetails(each, None) for name, each in fragment_definitions.items()
            },
            shape=shape,
            variables=None
            if errors
            else Variables(self._schema, definition.variable_definitions or (), self._coercions),
            conditions=_conditions(document),
        )


def _only_operation(document: DocumentNode) -> OperationDefinitionNode:
    found = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if not found:
        raise BadDocument("The document holds no operation.", "查询文档中没有操作")
    if len(found) > 1:
        raise OverLimit("operations", "操作数", 1)
    return found[0]


class _Conditions(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value in ("skip", "include"):
            self.names |= {
                each.value.name.value
                for each in node.arguments or ()
                if isinstance(each.value, VariableNode)
            }


def _conditions(document: DocumentNode) -> tuple[str, ...]:
    found = _Conditions()
    visit(document, found)
    return tuple(sorted(found.names))


class _Strings(Visitor):
    """NUL cannot be stored; it is refused here, whatever field it is for."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if "\0" in node.value:
            raise BadDocument(
                "A text in the document holds the character NUL.", "查询文本含有空字符 (NUL)"
            )


def _check_strings(document: DocumentNode) -> None:
    source = document.loc.source.body if document.loc else ""
    if "\\u" in source:
        visit(document, _Strings())
