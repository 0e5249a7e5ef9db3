"""python3 -m hedgerow_local setup | up | down | reset | migrate | audit"""

import sys

from .audit import audit
from .down import down, reset
from .migrate import migrate
from .setup import set_up
from .trouble import Trouble
from .up import up

VERBS = {
    "setup": set_up,
    "up": up,
    "down": down,
    "reset": reset,
    "migrate": migrate,
    "audit": audit,
}


def main(words: list[str]) -> int:
    """Do what the one word says; the exit code."""
    if len(words) != 1 or words[0] not in VERBS:
        print(f"usage: {__doc__}", file=sys.stderr)
        return 2
    try:
        VERBS[words[0]]()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(
            f"{error.filename} may not be touched by this account.\n"
            "  cure: run as the account that set this checkout up, or use a checkout of your own",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
