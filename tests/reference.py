"""Writes docs/reference from the code: `make docs`, or `--check` to compare only."""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
import textwrap
import types
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from hedgerow.auth import PERMISSIONS, TENANT_ROLES, Permission, Role
from hedgerow.contracts import values
from hedgerow.contracts.message import Command, Event, Message, Query, Request
from hedgerow.service import Service
from hedgerow.service.process import ServiceSettings
from hedgerow.service.run import MigrateSettings
from hedgerow.settings import variables
from hedgerow.telemetry import METRICS, Attribute
from hedgerow_gateway.settings import GatewaySettings
from hedgerow_routing.settings import RoutingSettings
from worlds import SERVICES, contracts_of, service_of

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
KINDS = (("Commands", Command), ("Queries", Query), ("Events", Event))
THREE = "| --- | --- | --- |"
DEFAULTS = {"''": "empty", "None": "not set", "True": "true", "False": "false"}
NOTICE = "<!-- Written by `make docs` from the code; do not edit. -->"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python tests/reference.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit code 1 if a page is stale")
    if parser.parse_args().check:
        old = stale()
        for name in old:
            print(f"docs/reference/{name} is stale: run `make docs`", file=sys.stderr)
        return int(bool(old))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
    return 0


def stale() -> list[str]:
    """Pages that are not as the code would have them now."""
    return [
        name
        for name, text in pages().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text("utf-8") != text
    ]


def pages() -> dict[str, str]:
    return {
        "messages.md": page(messages()),
        "permissions.md": page(permissions()),
        "settings.md": page(settings()),
        "telemetry.md": page(telemetry()),
    }


def page(lines: Iterable[str]) -> str:
    return "\n".join([NOTICE, "", *lines]) + "\n"


def messages() -> Iterator[str]:
    services = [service_of(owner) for owner in SERVICES]
    yield "# Messages"
    yield ""
    yield "Every message by its owner, and the values in it. All of it is JSON on the wire: ids,"
    yield "times and decimals are strings there. [`tests/contracts/golden`](../../tests/contracts/golden)"
    yield "holds one example of each message."
    for owner in SERVICES:
        declared = [kind for module in contracts_of(owner) for kind in declared_in(module)]
        yield from ("", f"## {owner.capitalize()}")
        for title, family in KINDS:
            yield from ("", f"### {title} of {owner}")
            for kind in declared:
                if issubclass(kind, family) and "SUBJECT" in vars(kind):
                    yield from message(kind, services)
        yield from ("", f"### Values of {owner}")
        yield from value_types(kind for kind in declared if not issubclass(kind, Message))
    yield from ("", "## Values that all share")
    yield from value_types(declared_in(values))


def declared_in(module: types.ModuleType) -> Iterator[type]:
    """Classes, in the order of the file."""
    for each in vars(module).values():
        if isinstance(each, type) and each.__module__ == module.__name__:
            yield each


def message(kind: type[Message], services: list[Service]) -> Iterator[str]:
    about, fields = documented(kind)
    if issubclass(kind, Request):
        effect = f"answers {plain(kind.reply_type())}"
    else:
        heard = ", ".join(each.name for each in services if kind in each.reactions)
        effect = f"heard by {heard or 'no service: for screens and other programs'}"
    yield from ("", f"#### {kind.__name__}", "", f"`{kind.SUBJECT}`, {effect}")
    if about:
        yield from ("", about)
    yield from table(kind, fields)


def value_types(kinds: Iterable[Any]) -> Iterator[str]:
    for kind in kinds:
        about, fields = documented(kind)
        yield from ("", f"#### {kind.__name__}")
        if about:
            yield from ("", about)
        if issubclass(kind, msgspec.Struct):
            yield from table(kind, fields)
        else:
            members = (f"`{kind[name]}` {said}".rstrip() for name, said in comments(kind).items())
            yield from ("", " · ".join(members))


def comments(kind: type) -> dict[str, str]:
    """Of an enumeration: what stands behind each member, `NAME = "value"  # comment`."""
    found = re.findall(r"^ +(\w+) = \S+(?: +# (.*))?$", inspect.getsource(kind), re.M)
    return dict(found)


def table(kind: type[msgspec.Struct], said: dict[str, str]) -> Iterator[str]:
    fields = msgspec.structs.fields(kind)
    if not fields:
        yield from ("", "No fields.")
        return
    yield from ("", "| field | type | |", THREE)
    for each in fields:
        default = "" if each.required else f"default {default_of(each)}"
        words = "; ".join(part for part in (said.get(each.name, ""), default) if part)
        yield f"| `{each.name}` | {plain(each.type)} | {cell(words)} |"


def default_of(field: Any) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value in ("", ()) or isinstance(value, msgspec.Struct):
        return "empty"
    return f"`{json.dumps(value)}`" if value is None or isinstance(value, bool) else f"`{value}`"


def documented(kind: type) -> tuple[str, dict[str, str]]:
    """What the docstrings of a class and its bases say of it, and what they say of single fields.

    A field is described as `name  meaning`, with two spaces or more, at the start of a line or a
    sentence, up to the next one or the end of the paragraph; several names share a meaning with
    commas between them.
    """
    bases = [each for each in kind.__mro__ if each.__module__ == kind.__module__]
    text = "\n\n".join(inspect.cleandoc(vars(each).get("__doc__") or "") for each in bases)
    names = (
        [each.name for each in msgspec.structs.fields(kind)]
        if issubclass(kind, msgspec.Struct)
        else []
    )
    if not names:
        return tidy(text), {}
    one = "|".join(sorted(names, key=len, reverse=True))
    start = re.compile(rf"(?:^|(?<=\. )|(?<=; ))((?:{one})(?:, (?:{one}))*)(?:  +| is )", re.M)
    about: list[str] = []
    fields: dict[str, str] = {}
    for paragraph in text.split("\n\n"):
        before, *described = start.split(paragraph)
        about.append(before)
        for which, meaning in zip(described[::2], described[1::2], strict=True):
            fields |= dict.fromkeys(which.split(", "), tidy(meaning).rstrip(";."))
    return "\n\n".join(tidy(each) for each in about if each.strip()), fields


def tidy(text: str) -> str:
    """One paragraph a line; what is indented stays as it is written."""
    parts = []
    for part in textwrap.dedent(text).strip().split("\n\n"):
        indented = all(line.startswith(" ") for line in part.splitlines())
        parts.append(part if indented else " ".join(part.split()))
    return "\n\n".join(parts)


def plain(kind: Any) -> str:
    """A type as people write it: `list of Line`, `Decimal or null`."""
    arguments = typing.get_args(kind)
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        return " or ".join(plain(each) for each in arguments)
    origin = typing.get_origin(kind)
    if origin in (tuple, list, frozenset):
        return f"list of {plain(arguments[0])}"
    if origin is dict:
        return f"object of {plain(arguments[1])}"
    if kind is type(None):
        return "null"
    return getattr(kind, "__name__", str(kind)).replace("Any", "any JSON")


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def permissions() -> Iterator[str]:
    yield from ("# Permissions", "")
    yield "A role in a token is `role` for the whole company or `role@PLANTCODE` at one plant: the"
    yield "first three below are of the first kind, all others of the second."
    yield from ("", f"| | {' | '.join(role.value for role in Role)} |")
    yield f"| --- |{' :-: |' * len(Role)}"
    for permission in Permission:
        held = " | ".join("●" if permission in PERMISSIONS[role] else "" for role in Role)
        yield f"| `{permission}` | {held} |"
    yield ""
    yield f"For the whole company: {', '.join(f'`{role}`' for role in Role if role in TENANT_ROLES)}."


def settings() -> Iterator[str]:
    yield from ("# Settings", "")
    yield "Read once, from the environment, when a program starts. A bad start names everything"
    yield "that is wrong at once. An empty variable counts as one that is not set."
    for title, kind in (
        ("Every service: `python -m hedgerow_<name> serve`", ServiceSettings),
        ("Routing, besides", RoutingSettings),
        ("Migration: `python -m hedgerow_<name> migrate`", MigrateSettings),
        ("Gateway: `python -m hedgerow_gateway serve`", GatewaySettings),
    ):
        yield from ("", f"## {title}", "", "| variable | default | meaning |", THREE)
        for variable, default, meaning in variables(kind):
            shown = DEFAULTS.get(default, default.strip("'"))
            yield f"| `{variable}` | {shown} | {cell(meaning)} |"


def telemetry() -> Iterator[str]:
    yield from ("# Telemetry", "", "## Metrics", "")
    yield "By OTLP where an endpoint is set; the gateway's also at `/metrics`, dots as underscores."
    yield from ("", "| metric | unit | meaning |", THREE)
    for metric, (unit, meaning) in METRICS.items():
        yield f"| `{metric}` | `{unit}` | {cell(meaning)} |"
    yield from ("", "## Attributes of spans", "", "| attribute | meaning |", "| --- | --- |")
    for name, comment in comments(Attribute).items():
        yield f"| `{Attribute[name]}` | {cell(comment)} |"


if __name__ == "__main__":
    sys.exit(main())
