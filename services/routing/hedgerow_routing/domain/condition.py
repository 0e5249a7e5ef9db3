"""Conditions of rules in CEL, the Common Expression Language, over declared variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cel_expr_python import cel
from hedgerow.contracts.fields import text
from hedgerow.errors import Invalid

MOST_CHARACTERS = 1000
MOST_COMPILED = 10_000
_TOLD = 200

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variable:
    """kind  as CEL writes it"""

    kind: str
    meaning: str


VARIABLES: Mapping[str, Variable] = {
    "customer.code": Variable("string", "who orders"),
    "customer.grade": Variable("string", "how important they are, as the seller's system says"),
    "order.attributes": Variable("map<string, string>", "extension attributes by name"),
    "order.channel": Variable("string", "where the order comes from"),
    "order.custom": Variable("bool", "whether a line is made for one customer"),
    "order.priority": Variable("string", "NORMAL, C, B or A; A is the most urgent"),
    "order.region": Variable("string", "the first administrative division of the address"),
    "order.skus": Variable("list<string>", "the articles, line by line"),
    "order.type": Variable("string", "the order type, such as MTO"),
    "plant.code": Variable("string", "the plant that the order was assigned to"),
    "plant.hour": Variable("int", "0 to 23, when the order was placed, on that plant's clock"),
    "plant.weekday": Variable("int", "1 is Monday, 7 is Sunday, likewise"),
}

_TYPES = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "string": cel.Type.STRING,
    "list<string>": cel.Type.List(cel.Type.STRING),
    "map<string, string>": cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
}
_BOOL, _ERROR = cel.Type.BOOL, cel.Type.ERROR
_ENV = cel.NewEnv(variables={name: _TYPES[each.kind] for name, each in VARIABLES.items()})
# Here every variable is undeclared, so that the refusal of a text names all that it uses.
_NOTHING = cel.NewEnv()

_FAULT = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.+)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '([^']*)'")


class ConditionInvalid(Invalid):
    code = "CONDITION_INVALID"


class ConditionFailed(Exception):
    """A condition met a fact that it cannot be asked of, such as an attribute that is missing."""


@dataclass(frozen=True, slots=True)
class Condition:
    """names  the declared variables that it uses"""

    names: frozenset[str]
    _compiled: Any

    def holds(self, facts: Any) -> bool:
        """facts  what `asked` has made of them. Raises ConditionFailed."""
        try:
            result = self._compiled.eval(facts)
        except RuntimeError as failure:  # what it costs too much to find out
            raise ConditionFailed(_tidy(str(failure))) from None
        # Nothing else is asked for its value: the library miscounts references to None.
        kind = result.type()
        if kind == _BOOL:
            return bool(result.value())
        met = str(result.value()) if kind == _ERROR else f"this gave a {kind.name().lower()}"
        raise ConditionFailed(_tidy(met))


def asked(facts: Facts) -> Any:
    """Facts about one order, by variable, in the form that all conditions read."""
    return _ENV.Activation(facts)


@lru_cache(maxsize=MOST_COMPILED)
def compiled(source: str) -> Condition:
    """Kept by its text, so each version of a rule is compiled once by a process. Raises
    ConditionInvalid."""
    try:
        program = _ENV.compile(source)
    except RuntimeError as failure:
        raise _refused(str(failure)) from None
    if program.return_type() != _BOOL:
        kind = program.return_type().name().lower()
        raise _invalid(
            1, 1, f"this gives a {kind}, not true or false", f"结果类型为 {kind}，而非真或假"
        )
    names = _names(source)
    if not names:
        raise _invalid(1, 1, "this names no variable", "未使用任何变量")
    return Condition(names, program)


def checked(source: str, field: str) -> str:
    """As it is kept; blank is no condition. Raises BadText, ConditionInvalid."""
    kept = text(source, field, most=MOST_CHARACTERS, blank=True)
    if kept:
        compiled(kept)
    return kept


def names_of(source: str) -> frozenset[str]:
    """The declared variables it uses; none where there is no condition, or none that compiles."""
    try:
        return compiled(source).names if source else frozenset()
    except ConditionInvalid:
        return frozenset()


def _names(source: str) -> frozenset[str]:
    try:
        _NOTHING.compile(source)
    except RuntimeError as failure:
        met = _UNDECLARED.findall(str(failure))
        return frozenset(
            name for name in VARIABLES if any(f"{each}.".startswith(f"{name}.") for each in met)
        )
    return frozenset()


def _refused(failure: str) -> ConditionInvalid:
    faults = sorted(
        (int(line), int(column), said) for line, column, said in _FAULT.findall(failure)
    )
    if not faults or faults[0][0] < 1:
        return _invalid(1, 1, "this is nested too deeply", "嵌套过深")
    line, column, said = faults[0]
    if name := _UNDECLARED.match(said):
        return _invalid(line, column, f"{name[1]} is not declared", f"变量 {name[1]} 未声明")
    if found := _OVERLOAD.match(said):
        return _invalid(
            line,
            column,
            f"{_operator(found[1])} does not take {found[2]}",
            f"运算 {_operator(found[1])} 不适用于类型 {found[2]}",
        )
    return _invalid(line, column, _tidy(said), f"语法错误，{_tidy(said)}")


def _invalid(line: int, column: int, en: str, zh: str) -> ConditionInvalid:
    declared = list(_listed())
    return ConditionInvalid(
        f"Line {line}, column {column}: {en}. A condition is a CEL expression that is true or "
        f"false, of {', '.join(declared)}.",
        f"第 {line} 行第 {column} 列：{zh}。条件须为结果为真或假的 CEL 表达式，可用变量："
        f"{'、'.join(declared)}",
        field="condition",
    )


def _listed() -> Iterable[str]:
    return (f"{name} ({each.kind})" for name, each in VARIABLES.items())


def _operator(name: str) -> str:
    """CEL calls the operator == by the name _==_."""
    return name.replace("_", "") if name.startswith(("_", "!", "-")) else name


def _tidy(said: str) -> str:
    """Without the library's name for the kind of failure, and short."""
    plain = re.sub(r"^[A-Z_]+: | \[[A-Z_]+\]$", "", said.strip().splitlines()[0])
    return plain[:_TOLD]
