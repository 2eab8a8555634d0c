"""One Django field and widget a kind of value. `base.py` says how the two share the work."""

from collections import Counter
from typing import Any

from adminui.contract.config import FIELDS, section_of
from adminui.contract.fields import FieldSpec
from adminui.editor.fields.base import ConfigField
from adminui.editor.fields.choice import ChoiceField, SwitchField
from adminui.editor.fields.egress import EgressField
from adminui.editor.fields.lists import CapabilitiesField, PortsField
from adminui.editor.fields.maps import MapField
from adminui.editor.fields.number import NumberField
from adminui.editor.fields.secrets import SecretsField
from adminui.editor.fields.text import LineField, PromptField

KINDS: dict[str, type[ConfigField[Any]]] = {
    "text": LineField,
    "lines": PromptField,
    "number": NumberField,
    "choice": ChoiceField,
    "switch": SwitchField,
    "rows": CapabilitiesField,
    "map": MapField,
    "set": PortsField,
    "egress": EgressField,
    "picks": SecretsField,
}
_FIELDS_IN = Counter(section_of(spec.path).key for spec in FIELDS)


def shown(spec: FieldSpec) -> bool:
    """Whether the form has a control for a field. The config's version is in Raw: there is one value it may have."""
    return section_of(spec.path).key != "raw"


def field_for(spec: FieldSpec) -> ConfigField[Any]:
    """The field of a spec's kind. One that has a section to itself is called as the section is."""
    field = KINDS[spec.kind](spec)
    section = section_of(spec.path)
    field.alone = _FIELDS_IN[section.key] == 1
    if field.alone:
        field.called = section.title
    return field
