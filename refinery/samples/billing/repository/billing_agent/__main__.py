"""`python -m billing_agent`: one request as JSON on stdin, the reply as JSON on stdout."""

import json
import sys

from billing_agent import telemetry
from billing_agent.app import answer


def main() -> int:
    """Answer the request on stdin; 2 when it is not JSON."""
    try:
        request = json.load(sys.stdin)
    except json.JSONDecodeError as error:
        print(f"billing_agent: the request is not JSON: {error}", file=sys.stderr)
        return 2
    with telemetry.continued():
        reply = answer(request)
    json.dump(reply, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
