"""Send a query of the guided walk as a demo user, print the answer, remember the ids in it.

python docs/examples/ask.py USER NAME        for instance: ningbo-sales 2-submit

NAME.graphql is the query, NAME.json its answer as the README prints it. Where that says "<order>",
the value that came is kept, and is the variable $order of the queries that follow.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from hedgerow_gateway.client.api import ClientError
from hedgerow_gateway.client.token import demo_token

HERE = Path(__file__).parent
WIDTH = 96


def main(user: str, name: str) -> None:
    kept = Path(os.environ.get("HEDGEROW_WALK_FILE") or HERE.parents[1] / ".local" / "walk.json")
    known: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    query = (HERE / f"{name}.graphql").read_text("utf-8")

    said = ask(user, query, {each: known.get(each) for each in re.findall(r"\$(\w+):", query)})
    sys.stdout.write(f"{pretty(said)}\n")

    known |= named(json.loads((HERE / f"{name}.json").read_text("utf-8")), said)
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(known))


def ask(user: str, query: str, variables: dict[str, Any]) -> Any:
    """What the gateway answers, without its `extensions`: they hold the id and the cost of the
    request."""
    url = os.environ.get("HEDGEROW_URL") or "http://127.0.0.1:8800"
    answer = httpx.post(
        f"{url}/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {demo_token(user)}"},
        timeout=30,
        trust_env=False,
    )
    said = answer.json()
    said.pop("extensions", None)
    return said


def named(printed: Any, said: Any) -> Iterator[tuple[str, str]]:
    """(name, value) for every "<name>" of the printed answer that has a value in this one."""
    if isinstance(printed, dict) and isinstance(said, dict):
        for member in printed.keys() & said.keys():
            yield from named(printed[member], said[member])
    elif isinstance(printed, list) and isinstance(said, list):
        for one, other in zip(printed, said, strict=False):
            yield from named(one, other)
    elif isinstance(said, str) and (found := re.fullmatch(r"<([\w ]+)>", str(printed))):
        yield found[1], said


def pretty(value: Any, indent: str = "", taken: int = 0) -> str:
    """JSON in which everything that fits into a line is on one."""
    short = json.dumps(value, ensure_ascii=False)
    if len(indent) + taken + len(short) <= WIDTH or not isinstance(value, dict | list):
        return short
    inner = f"{indent}  "
    if isinstance(value, list):
        parts = [f"{inner}{pretty(each, inner)}" for each in value]
        return "[\n" + ",\n".join(parts) + f"\n{indent}]"
    parts = [
        f"{inner}{json.dumps(key)}: {pretty(each, inner, len(key) + 4)}"
        for key, each in value.items()
    ]
    return "{\n" + ",\n".join(parts) + f"\n{indent}}}"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (ClientError, OSError, httpx.HTTPError) as wrong:
        sys.exit(f"ask: {wrong}")
