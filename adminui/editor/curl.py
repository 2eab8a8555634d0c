"""A save as a command that can be pasted into a shell."""

import shlex

from adminui.contract.document import Json, wire

END = "END_OF_CONFIG"


def curl(url: str, document: Json) -> str:
    """The PUT of a document to a config's address as a curl command, with `$TOKEN` for the token.

    The body stands in a here-document whose word is quoted, so a shell takes nothing in it for its own and its length
    has no limit. JSON on one line can't be the closing word.
    """
    lines = [
        f"curl --fail-with-body -X PUT {shlex.quote(url)} \\",
        '  -H "Authorization: Bearer $TOKEN" \\',
        "  -H 'Content-Type: application/json' \\",
        f"  --data-binary @- <<'{END}'",
        wire({"config": document}).decode(),
        END,
    ]
    return "\n".join(lines) + "\n"
