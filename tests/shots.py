"""`python -m tests.shots [name …]`: a picture of every page, light, dark and 390 px wide, into shots/ (or SHOTS)."""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, find
from tests.browser.house import House, open_house
from tests.browser.signing import sign_in
from tests.browser.stops import STOPS
from tests.browser.tour import Stop, mended

VIEWS = {"light": (1280, "light"), "dark": (1280, "dark"), "390": (390, "light")}
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir>
<alias binding="same"><family>system-ui</family><prefer><family>Inter</family></prefer></alias>
<alias binding="same"><family>sans-serif</family><prefer><family>Inter</family></prefer></alias>
<alias binding="same"><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>"""
"""Where the machine has no system font, Inter stands in for it, in the pictures only."""


def main() -> int:
    """Takes the pictures; 1 when a name isn't on the tour."""
    wanted = sys.argv[1:] or list(STOPS)
    if unknown := set(wanted) - set(STOPS):
        sys.stderr.write(f"No such page: {', '.join(sorted(unknown))}. There are: {', '.join(STOPS)}.\n")
        return 1
    folder = Path(os.environ.get("SHOTS", "shots"))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, open_house(Path(data)) as house, sync_playwright() as playwright:
        fonts = Path(data) / "fonts.conf"
        fonts.write_text(FONTS.format(cache=Path(data) / "fonts"), "utf-8")
        environment: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS, env=environment)
        for name in wanted:
            for view, (width, scheme) in VIEWS.items():
                with mended(house):
                    picture(browser, house, STOPS[name], folder / f"{name}-{view}", width, scheme)
            sys.stdout.write(f"{name}\n")
        browser.close()
    sys.stdout.write(f"{len(wanted)} pages in {folder.resolve()}\n")
    return 0


def picture(browser: Browser, house: House, stop: Stop, path: Path, width: int, scheme: str) -> None:
    """One page in one view: what is seen first, and the whole of it."""
    context = browser.new_context(
        base_url=house.url,
        viewport={"width": width, "height": 860},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1 if width > 400 else 2,
    )
    page = context.new_page()
    arrive(page, house, stop)
    page.screenshot(path=f"{path}-fold.png")
    page.screenshot(path=f"{path}.png", full_page=True)
    context.close()


def arrive(page: Page, house: House, stop: Stop) -> None:
    """Signs in as the stop's person and goes there."""
    if stop.person is not None:
        sign_in(page, stop.person)
    stop.go(page, house)


if __name__ == "__main__":
    sys.exit(main())
