"""A request's body: bounded while it streams in, then JSON within bounds."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
from hedgerow.errors import Invalid

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MOST_DEPTH = 32
MOST_DIGITS = 19

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_LONG_NUMBER = re.compile(rb"(?<![\d.])\d{%d,}" % (MOST_DIGITS + 1))
_TO_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class TooLarge(Invalid):
    code = "BODY_TOO_LARGE"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The request body is larger than {most} bytes.", f"请求体超过 {most} 字节"
        )


class BadBody(Invalid):
    code = "BAD_BODY"


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


class Asked(msgspec.Struct, frozen=True, rename="camel"):
    """A GraphQL request (GraphQL over HTTP, section 5.1). Extensions are allowed and not used."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


_decoder = msgspec.json.Decoder(Asked)


async def read_body(receive: Receive, length: str | None, most: int) -> bytes:
    """The whole body. Raises TooLarge as soon as that is certain, and ClientGone."""
    if length is not None and length.isdecimal() and int(length[:12]) > most:
        raise TooLarge(most)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise TooLarge(most)
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def decode(body: bytes) -> Asked:
    """Raises BadBody, which names the place where there is one."""
    try:
        asked = _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        raise _bad(wrong) from wrong
    if body.count(b"[") + body.count(b"{") > MOST_DEPTH:
        _check_depth(body)
    if _LONG_NUMBER.search(body) and _LONG_NUMBER.search(_STRING.sub(b"", body)):
        raise BadBody(f"A number has more than {MOST_DIGITS} digits.", f"数字超过 {MOST_DIGITS} 位")
    if b"\\u0000" in body:
        _check_texts(asked)
    return asked


def _bad(wrong: Exception) -> BadBody:
    text, _, path = str(wrong).partition(" - at `$.")
    if isinstance(wrong, UnicodeDecodeError):
        text = "The body is not UTF-8"
    elif isinstance(wrong, RecursionError):
        text = f"JSON is nested deeper than {MOST_DEPTH} levels"
    return BadBody(f"{text}.", f"请求体无效：{text}", field=path.rstrip("`"))


def _check_depth(body: bytes) -> None:
    """Takes away innermost pairs of brackets, one level at a time."""
    brackets = _STRING.sub(b"", body).translate(_TO_BRACKETS, _NO_BRACKETS)
    for _ in range(MOST_DEPTH):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return
    raise BadBody(
        f"JSON is nested deeper than {MOST_DEPTH} levels.", f"JSON 嵌套超过 {MOST_DEPTH} 层"
    )


def _check_texts(asked: Asked) -> None:
    """NUL cannot be stored. Raises BadBody naming the value that holds it."""
    pending: list[tuple[str, Any]] = [("variables", asked.variables or {}), ("query", asked.query)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, str):
            if "\0" in value:
                raise BadBody(
                    f"{path} holds the character NUL.",
                    f"{path} 含有空字符 (NUL)",
                    field=path,
                )
        elif isinstance(value, dict):
            pending += [(f"{path}.{key}", each) for key, each in value.items()]
            pending += [(f"{path}.{key!r}", key) for key in value if "\0" in key]
        elif isinstance(value, list):
            pending += [(f"{path}.{number}", each) for number, each in enumerate(value)]
