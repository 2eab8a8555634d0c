"""Static files: collected once for the same sources, under hashed names, compressed."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from django.templatetags.static import static
from pytest_django import Settings

from adminui import asgi, statics


@pytest.fixture
def collecting(settings: Settings, tmp_path: Path) -> Path:
    """The real storage, collecting what lies in `source` beside what packages bring; returns that folder."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "app.css").write_text("body { color: black }\n" * 100)
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "built" / "files"
    settings.STORAGES = {"staticfiles": {"BACKEND": "adminui.statics.Hashed"}}
    return source


def served(path: str, **headers: str) -> httpx.Response:
    async def nothing(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(statics.serving(nothing))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def test_only_what_pages_use_is_collected(collecting: Path, settings: Settings) -> None:
    assert not statics.collected()
    statics.collect_if_stale()
    assert statics.collected()
    root = Path(settings.STATIC_ROOT)
    plain = {str(file.relative_to(root)) for file in root.rglob("*") if file.suffix in (".css", ".js")}
    kept = {re.sub(r"\.[0-9a-f]{12}\.", ".", name) for name in plain}
    assert kept == {"app.css", "django_htmx/htmx-2.min.js"}


def test_a_hashed_name_is_kept_for_good_and_comes_compressed(collecting: Path) -> None:
    statics.collect_if_stale()
    address = static("app.css")
    assert re.fullmatch(r"/static/app\.[0-9a-f]{12}\.css", address)
    response = served(address, **{"Accept-Encoding": "br"})
    assert response.headers["cache-control"] == "max-age=315360000, public, immutable"
    assert response.headers["content-encoding"] == "br"
    assert response.headers["vary"] == "Accept-Encoding"
    assert int(response.headers["content-length"]) < 100
    assert response.text == (collecting / "app.css").read_text()
    assert served("/static/app.css").headers["cache-control"] == "max-age=60, public"
    assert served("/static/app.0123456789ab.css").status_code == 404


def test_a_module_imports_others_by_their_hashed_names(collecting: Path) -> None:
    (collecting / "part.js").write_text("export const one = 1;\n")
    (collecting / "whole.js").write_text('import { one } from "./part.js";\none;\n')
    statics.collect_if_stale()
    part = static("part.js").rpartition("/")[2]
    assert re.fullmatch(r"part\.[0-9a-f]{12}\.js", part)
    assert served(static("whole.js")).text == f'import {{ one }} from "./{part}";\none;\n'


def test_production_starts_only_when_they_were_collected(
    collecting: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEMO = False
    with pytest.raises(SystemExit) as stopped:
        asgi.build()
    assert stopped.value.code == 2
    assert capsys.readouterr().err == "The static files are not collected: run python manage.py collectstatic.\n"
    statics.collect_if_stale()
    assert callable(asgi.build())


def test_the_same_sources_are_collected_once(collecting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[str] = []

    def counted(name: str, **more: Any) -> None:
        collected.append(name)
        call_command(name, **more)

    monkeypatch.setattr(statics, "call_command", counted)
    statics.collect_if_stale()
    statics.collect_if_stale()
    assert collected == ["collectstatic"]
    (collecting / "app.css").write_text("body { color: red }")
    (collecting / "more.js").write_text("1")
    statics.collect_if_stale()
    statics.collect_if_stale()
    assert collected == ["collectstatic"] * 2
    (collecting / "more.js").unlink()
    statics.collect_if_stale()
    assert collected == ["collectstatic"] * 3
    assert served("/static/more.js").status_code == 404
