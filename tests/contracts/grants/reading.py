"""What the code says about grants, read from its syntax trees and its modules' statements."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import hedgerow
from hedgerow.auth import Permission
from hedgerow.transaction import BulkInsert, BulkUpdate
from sqlalchemy import TextClause
from sqlalchemy.sql.dml import UpdateBase

GRANTS = frozenset({"Grant", "PlantGrant", "TenantGrant"})
CHECKS = frozenset({"must_carry", "must_carry_everywhere"})
MAKES_A_WRITE = frozenset({"insert", "update", "delete", "text", "BulkInsert", "BulkUpdate"})
_WRITES = re.compile(r"\b(insert|update|delete|merge|truncate)\b", re.IGNORECASE)
_SERVICE_FOLDERS = ("domain", "handlers", "views", "store")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True)
class Found:
    """A public function or method of a store that writes.

    takes   whether a parameter is a grant, alone or in a sequence
    checks  the permissions' expressions of every check it makes, as they are written
    faults  what is wrong with these checks
    """

    name: str
    takes: bool
    checks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """A function, and where its names are looked up."""

    module: ModuleType
    owner: ast.ClassDef | None
    code: Function


def code_folders() -> list[Path]:
    """Of all our packages that are installed here."""
    names = ("hedgerow_gateway", "hedgerow_orders", "hedgerow_inventory", "hedgerow_routing")
    packages = (hedgerow, *(import_module(name) for name in (*names, "hedgerow_rma")))
    return [Path(inspect.getfile(package)).parent for package in packages]


def grant_makers() -> set[str]:
    """The files that construct a grant, from their package on."""
    return {
        f"{folder.name}/{file.relative_to(folder)}"
        for folder in code_folders()
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and _last(node.func) in GRANTS
    }


def writers_outside_stores(service: str) -> set[str]:
    """Files of a service that import what makes a writing statement and are not in `store/`."""
    folder = Path(inspect.getfile(import_module(f"hedgerow_{service}"))).parent
    return {
        str(file.relative_to(folder))
        for part in _SERVICE_FOLDERS
        if part != "store"
        for file in (folder / part).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and any(each.name in MAKES_A_WRITE for each in node.names)
        and str(node.module).startswith(("sqlalchemy", "hedgerow.transaction"))
    }


def writing(service: str) -> list[Found]:
    """Every public method and function of the service's stores that can send a statement which
    writes, itself or through what it calls in the stores."""
    return [
        _found(name, place) for name, place in _public(service) if any(map(_sends, _reached(place)))
    ]


def _public(service: str) -> Iterator[tuple[str, _Place]]:
    package = import_module(f"hedgerow_{service}.store")
    for file in sorted(Path(str(package.__path__[0])).glob("*.py")):
        module = import_module(f"{package.__name__}.{file.stem}")
        for node in _tree(module).body:
            if isinstance(node, Function) and not node.name.startswith("_"):
                yield f"{service}.{node.name}", _Place(module, None, node)
            if isinstance(node, ast.ClassDef):
                for code in _methods(node):
                    if not code.name.startswith("_"):
                        yield f"{service}.{node.name}.{code.name}", _Place(module, node, code)


def _reached(place: _Place) -> list[_Place]:
    """It, and what it calls of its own class and of functions of ours."""
    reached, waiting = [place], [place]
    while waiting:
        for called in _called(waiting.pop()):
            if all(called.code is not known.code for known in reached):
                reached.append(called)
                waiting.append(called)
    return reached


def _called(place: _Place) -> Iterator[_Place]:
    methods = {} if place.owner is None else {code.name: code for code in _methods(place.owner)}
    for node in ast.walk(place.code):
        if isinstance(node, ast.Attribute) and _last(node.value) == "self":
            if node.attr in methods:
                yield _Place(place.module, place.owner, methods[node.attr])
        elif isinstance(node, ast.Name):
            value = getattr(place.module, node.id, None)
            if isinstance(value, FunctionType) and ".store." in value.__module__:
                yield _function(value)


def _sends(place: _Place) -> bool:
    return any(
        isinstance(node, ast.Name)
        and (
            _writes(getattr(place.module, node.id, None))
            or (node.id in MAKES_A_WRITE and hasattr(place.module, node.id))
        )
        for node in ast.walk(place.code)
    )


def _writes(value: Any) -> bool:
    if isinstance(value, UpdateBase | BulkInsert | BulkUpdate):
        return True
    if isinstance(value, TextClause):
        return _WRITES.search(value.text) is not None
    if isinstance(value, Mapping):
        return any(map(_writes, value.values()))
    if is_dataclass(value) and not isinstance(value, type):
        return any(_writes(getattr(value, each.name)) for each in fields(value))
    return False


def _found(name: str, place: _Place) -> Found:
    arguments = place.code.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    named = {n.id for a in every if a.annotation for n in ast.walk(a.annotation) if _is_name(n)}
    found = Found(name, bool(named & GRANTS))
    for each in _reached(place):
        for node in ast.walk(each.code):
            if not (isinstance(node, ast.Call) and _last(node.func) in CHECKS):
                continue
            found.checks += [ast.unparse(argument) for argument in node.args]
            found.faults += [
                f"{ast.unparse(argument)} is no named permission"
                for argument in node.args
                if not _names_permission(argument, each)
            ]
            if not node.args:
                found.faults.append("a check of nothing")
    return found


def _names_permission(expression: ast.expr, place: _Place) -> bool:
    """Whether it can only be a permission that is written down in the code: `Permission.X`, one
    from a table of such, or what a function of the stores returns of such."""
    match expression:
        case ast.Attribute(value=ast.Name(id="Permission"), attr=attr):
            return hasattr(Permission, attr)
        case ast.Attribute(value=ast.Name(id=local)):
            source = _assigned(local, place)
            return source is not None and _from_table(source, place, expression.attr)
        case ast.Attribute(value=ast.Subscript() as source, attr=attr):
            return _from_table(source, place, attr)
        case ast.Subscript():
            return _from_table(expression, place)
        case ast.Starred(value=ast.Name(id=name)):
            return _all_permissions(getattr(place.module, name, ()))
        case ast.IfExp(body=one, orelse=other):
            return _names_permission(one, place) and _names_permission(other, place)
        case ast.Call(func=ast.Name(id=name)):
            value = getattr(place.module, name, None)
            return isinstance(value, FunctionType) and _returns_named(_function(value))
    return False


def _returns_named(place: _Place) -> bool:
    returned = [node.value for node in ast.walk(place.code) if isinstance(node, ast.Return)]
    return bool(returned) and all(
        each is not None and _names_permission(each, place) for each in returned
    )


def _from_table(source: ast.expr, place: _Place, attribute: str = "") -> bool:
    if not (isinstance(source, ast.Subscript) and isinstance(source.value, ast.Name)):
        return False
    table = getattr(place.module, source.value.id, None)
    if not isinstance(table, Mapping):
        return False
    return _all_permissions(
        [getattr(value, attribute, None) if attribute else value for value in table.values()]
    )


def _all_permissions(values: Any) -> bool:
    return bool(values) and all(isinstance(each, Permission) for each in values)


def _assigned(name: str, place: _Place) -> ast.expr | None:
    """What the function assigns to this name of its own, when it does so once."""
    values = [
        node.value
        for node in ast.walk(place.code)
        if isinstance(node, ast.Assign) and [_last(target) for target in node.targets] == [name]
    ]
    return values[0] if len(values) == 1 else None


def _function(value: FunctionType) -> _Place:
    module = import_module(value.__module__)
    [code] = [
        node
        for node in _tree(module).body
        if isinstance(node, Function) and node.name == value.__name__
    ]
    return _Place(module, None, code)


_TREES: dict[str, ast.Module] = {}


def _tree(module: ModuleType) -> ast.Module:
    if module.__name__ not in _TREES:
        _TREES[module.__name__] = ast.parse(Path(inspect.getfile(module)).read_text("utf-8"))
    return _TREES[module.__name__]


def _methods(owner: ast.ClassDef) -> list[Function]:
    return [node for node in owner.body if isinstance(node, Function)]


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


def _last(node: ast.AST) -> str:
    """The last name of a dotted expression."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
