"""Who may change a config: one module speaks the PUT, one function leads to it, and its callers are known."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "adminui"


def using(name: str) -> set[str]:
    """The modules whose code names `name`, as a call or an import."""
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = (isinstance(node, ast.Attribute) and node.attr == name) or (
                isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names)
            )
            if named:
                found.add(str(path.relative_to(ROOT)))
    return found


def test_one_module_sends_the_put() -> None:
    assert using("replace_config") == {"saving/send.py"}


def test_the_entrances_to_a_save() -> None:
    assert using("submit") == {"editor/views/review.py"}
