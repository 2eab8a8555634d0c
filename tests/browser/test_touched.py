"""When an error is told: at fields that were touched, as soon as it is known that they were."""

import re

from playwright.sync_api import expect

from tests.browser.checks import PAUSE, Held, counted
from tests.browser.conftest import Opening, control, error
from tests.browser.house import House
from tests.browser.tour import editor


def test_errors_stand_at_fields_that_were_touched_and_go_when_mended(opening: Opening, mended: House) -> None:
    page = opening("alice")
    editor(page)
    control(page, "resources.cpu_cores").fill("64")
    expect(error(page, "resources.cpu_cores")).to_contain_text("32 or less")
    expect(control(page, "resources.cpu_cores")).to_have_attribute("aria-invalid", "true")
    expect(control(page, "resources.cpu_cores")).to_have_accessible_description(re.compile("32 or less"))
    expect(counted(page)).to_contain_text("1 thing to fix")
    expect(page.locator("#to-resources")).to_contain_text("wrong")
    same = control(page, "metadata.labels.1.key").input_value()
    control(page, "metadata.labels.0.key").fill(same)
    page.wait_for_timeout(PAUSE)
    expect(error(page, "metadata.labels.1.key")).to_have_count(0)
    control(page, "metadata.labels.1.key").focus()
    page.keyboard.press("Tab")
    expect(error(page, "metadata.labels.1.key")).to_contain_text("is a key already")
    control(page, "resources.cpu_cores").fill("4")
    expect(error(page, "resources.cpu_cores")).to_have_count(0)
    expect(control(page, "resources.cpu_cores")).not_to_have_attribute("aria-invalid", "true")


def test_a_field_that_is_left_before_the_answer_is_there_is_touched_all_the_same(
    opening: Opening, mended: House
) -> None:
    page = opening("alice")
    editor(page)
    held = Held(page)
    same = control(page, "metadata.labels.1.key").input_value()
    control(page, "metadata.labels.0.key").fill(same)
    late = held.next()
    control(page, "metadata.labels.1.key").focus()
    page.keyboard.press("Tab")
    late.continue_()
    held.end()
    expect(error(page, "metadata.labels.1.key")).to_contain_text("is a key already")
