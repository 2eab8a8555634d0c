"""The keys are changed while people work, and the one who does it is killed in the midst of it."""

import base64
import re
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.browser.house import ROOT
from tests.saving.test_crash import RESEARCH, Operator, Program, hidden, program, runtimes

__all__ = ["program"]

OLD = "substr(sealed, 3, 3) = CAST('old' AS BLOB)"
DOCUMENTS = """
from uuid import uuid4
from adminui.record import documents
from django.db import transaction
with transaction.atomic():
    for number in range(600):
        documents.keep(uuid4(), {"number": number})
"""


def line() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def restart(program: Program, *lines: str) -> None:
    """The same program with these keys."""
    if program.process is not None:
        program.stop(signal.SIGTERM)
    keys = program.data_dir / "keys"
    keys.touch(0o600)
    keys.write_text("\n".join(lines) + "\n", "ascii")
    program.start()


@contextmanager
def at_work(operator: Operator, runtime: str, seen: list[int]) -> Iterator[None]:
    """Somebody types into a form and looks at their account, over and over, while the body does its worst."""
    path, over = f"{RESEARCH}/{runtime}/config/", threading.Event()
    page = operator.http.get(path).text
    common = {name: hidden(page, name) for name in ("form", "csrfmiddlewaretoken")}

    def work() -> None:
        while not over.is_set():
            typed = {**common, "defaults.agent": f"agent-{len(seen)}", "do": "review"}
            seen.append(operator.http.post(path, data=typed).status_code)
            seen.append(operator.http.get("/account/").status_code)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_keys_rotate_while_people_work_and_after_a_kill(program: Program) -> None:
    old, new = f"old:{line()}", f"new:{line()}"
    restart(program, old)
    alice = Operator.signed_in(program)
    runtime = runtimes(program)[0]
    typed = alice.to_review(runtime, "typed-under-the-old-key")
    program.run("django", "shell", "-v", "0", "-c", DOCUMENTS)
    restart(program, new, old)

    seen: list[int] = []
    rotate = [sys.executable, "-m", "django", "rotate_keys"]
    with at_work(alice, runtime, seen):
        first = subprocess.Popen(rotate, cwd=ROOT, env=program.environment, stdout=subprocess.PIPE, text=True)
        assert first.stdout is not None
        assert first.stdout.readline() == "200 so far\n"
        first.kill()
        first.wait()
        first.stdout.close()
        left = program.sql(f"SELECT count(*) FROM record_document WHERE {OLD}")[0][0]
        assert 0 < left < 450, "killed in the midst of it"
        said = program.run("django", "rotate_keys")
    assert re.search(r"Sealed with new: .*documents of the history \([0-9]+\)", said)
    assert set(seen) == {200, 302}
    assert len(seen) >= 20

    restart(program, new)
    assert alice.http.get("/account/").status_code == 200, "the session lives on, with its token"
    assert "typed-under-the-old-key" in alice.http.get(typed["path"]).text
    assert "none wrong" in program.run("django", "history_verify")
