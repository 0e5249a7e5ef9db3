"""serve: run the gateway. schema: write the two schema files, or check them with --check."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

FILES = ("schema.graphql", "subgraph.graphql")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m hedgerow_gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the gateway until it is told to stop")
    schema = commands.add_parser("schema", help="write schema.graphql and subgraph.graphql")
    schema.add_argument("--check", action="store_true", help="only compare; exit code 1 if stale")
    schema.add_argument("--folder", type=Path, default=Path(__file__).resolve().parents[1])
    given = parser.parse_args()
    return serve() if given.command == "serve" else write_schema(given.folder, given.check)


def serve() -> int:
    import uvloop
    from hedgerow.settings import BadSettings, load

    from hedgerow_gateway.serve import run
    from hedgerow_gateway.settings import GatewaySettings, faults

    try:
        settings = load(GatewaySettings)
        if wrong := faults(settings):
            raise BadSettings("The settings are not usable:\n  " + "\n  ".join(wrong))
        return uvloop.run(run(settings))
    except BadSettings as bad:
        print(bad, file=sys.stderr)  # noqa: T201
        return 2


def write_schema(folder: Path, check: bool) -> int:
    from hedgerow_gateway.schema.build import build_schema
    from hedgerow_gateway.subgraph import build_subgraph, print_subgraph

    texts = (f"{build_schema().as_str()}\n", print_subgraph(build_subgraph()))
    stale = [
        name
        for name, text in zip(FILES, texts, strict=True)
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text
    ]
    if check:
        for name in stale:
            print(f"{folder / name} is stale: run `make schema`", file=sys.stderr)  # noqa: T201
        return int(bool(stale))
    for name, text in zip(FILES, texts, strict=True):
        (folder / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
