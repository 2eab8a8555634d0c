"""A form over one document that says another: after a merge, for a restore."""

from hypothesis import given

from adminui.contract.document import Json, edit, same
from adminui.editor.form import ConfigForm
from tests.contract.documents import configs, examples

BASE: Json = {
    "resources": {"cpu_cores": 2, "new": {"kept": True}},
    "capabilities": [{"name": "a", "version": "1", "new": 1}, {"name": "b"}],
    "metadata": {"labels": {"team": "x", "tier": "gold"}},
    "sandbox": {"exposed_ports": [1, 2], "egress": {"allow": ["a.example.org"], "new": 1}},
}


@given(configs, configs)
@examples(300)
def test_it_says_exactly_the_other_document(base: Json, document: Json) -> None:
    form = ConfigForm.rebased(base, document)
    assert same(form.document(), document)
    again = ConfigForm.posted(base, form.values())
    assert same(again.document(), document)


def test_what_controls_can_say_is_in_them() -> None:
    document = edit(BASE, ("resources", "cpu_cores"), 4)
    document = edit(document, ("capabilities",), [{"name": "b"}, {"name": "c", "version": "2", "enabled": True}])
    document = edit(document, ("metadata", "labels"), {"tier": "silver", "oncall": "me"})
    document = edit(document, ("sandbox", "exposed_ports"), [2, 3])
    form = ConfigForm.rebased(BASE, document)
    assert same(form.document(), document)
    assert not form.raw.changed
    assert ("resources.cpu_cores", "4") in form.values()


def test_what_they_cannot_say_is_in_raw() -> None:
    document = edit(BASE, ("resources", "new"), {"kept": False})
    form = ConfigForm.rebased(BASE, document)
    assert form.raw.changed
    assert same(form.document(), document)
