"""A body is bounded while it streams in, and JSON within bounds."""

from __future__ import annotations

import pytest
from hedgerow_gateway.body import BadBody, ClientGone, TooLarge, decode, read_body


def body(variables: str) -> bytes:
    return b'{"query": "{ viewer }", "variables": ' + variables.encode() + b"}"


class Stream:
    """What a server hands an application, part by part."""

    def __init__(self, *parts: bytes, gone: bool = False) -> None:
        self.messages = [
            {"type": "http.request", "body": part, "more_body": number < len(parts) or gone}
            for number, part in enumerate(parts, start=1)
        ]
        if gone:
            self.messages.append({"type": "http.disconnect"})

    async def receive(self):
        return self.messages.pop(0)


async def test_a_body_in_parts_is_put_together():
    assert await read_body(Stream(b"ab", b"", b"c").receive, None, 3) == b"abc"


async def test_reading_stops_where_the_limit_is_passed():
    stream = Stream(b"ab", b"cd", b"ef", b"gh")

    with pytest.raises(TooLarge, match="3"):
        await read_body(stream.receive, None, 3)

    assert len(stream.messages) == 2


async def test_a_length_over_the_limit_is_refused_unread():
    stream = Stream(b"ab")

    with pytest.raises(TooLarge):
        await read_body(stream.receive, "4", 3)

    assert len(stream.messages) == 1


async def test_a_client_that_goes_while_sending_is_gone():
    with pytest.raises(ClientGone):
        await read_body(Stream(b"ab", gone=True).receive, None, 3)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (b"", "truncated"),
        (b"null", "got `null`"),
        (b"5", "got `int`"),
        (b"[]", "got `array`"),
        (b'[{"query": "{ viewer }"}]', "got `array`"),
        (b"{}", "query"),
        (b'{"query": 5}', "got `int`"),
        (b'{"query": "{ viewer }"} x', "trailing"),
        (b'{"query": "\xff"}', "not UTF-8"),
        (b'{"query": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"query": "\\ud800"}', ""),
        (b'{"query": "\\udc00\\ud800"}', "surrogate"),
        (b'{"query": "a\x00b"}', "invalid character"),
        (b"\xef\xbb\xbf{}", "invalid character"),
        (body("[]"), "got `array`"),
        (body("NaN"), "invalid"),
        (body('{"n": 1e999}'), "out of range"),
        (body('{"n": ' + "1" * 5000 + "}"), "range"),
        (body('{"n": 12345678901234567890}'), "19 digits"),
        (body('{"n": [1, {"m": -12345678901234567890}]}'), "19 digits"),
        (body('{"a": ' + "[" * 100_000), "deeper than 32"),
        (body('{"a": ' + "[" * 31 + "]" * 31 + "}"), "deeper than 32"),
        (body('{"a": ' + '{"b":' * 40 + "1" + "}" * 40 + "}"), "deeper than 32"),
    ],
)
def test_what_is_no_request_is_refused_in_words(given, text):
    with pytest.raises(BadBody) as wrong:
        decode(given)

    assert text in wrong.value.en


@pytest.mark.parametrize(
    "variables",
    [
        '{"a": ' + "[" * 30 + "]" * 30 + "}",
        '{"a": "' + "[" * 100 + '", "b": "\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}',
        '{"a": [' + "[1,2]," * 200 + "[]]}",
        '{"phone": "12345678901234567890123"}',
        '{"lon": 121.55000000000000000000001, "n": 1234567890123456789}',
        '{"a": 1, "a": 2}',
        "null",
    ],
)
def test_what_only_looks_large_is_accepted(variables):
    assert decode(body(variables)).query == "{ viewer }"


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ('{"input": {"lines": [{"sku": "A"}, {"sku": "\\u0000"}]}}', "variables.input.lines.1.sku"),
        ('{"input": "a\\u0000b"}', "variables.input"),
        ('{"a\\u0000": 1}', "variables.'a\\x00'"),
    ],
)
def test_the_character_nul_is_refused_where_it_stands(variables, place):
    with pytest.raises(BadBody) as wrong:
        decode(body(variables))

    assert wrong.value.field == place


def test_a_backslash_before_u0000_is_no_nul():
    asked = decode(body('{"a": "\\\\u0000"}'))

    assert asked.variables == {"a": "\\u0000"}
