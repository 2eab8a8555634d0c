"""…/config/export/json, …/yaml and …/curl: the stored config to take away, or a draft with `?form=`.

For anyone who can read it. Environment values are in it, which the page says; each export is written down.
"""

import re

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from adminui.accounts.here import Who, signed_in
from adminui.accounts.places import canonical
from adminui.contract.document import Json, is_object, pretty
from adminui.contract.manifest import Identity, to_yaml
from adminui.editor.curl import curl
from adminui.editor.subject import Subject, form_id, kept_draft, subject, trace
from adminui.saving import witness
from adminui.saving.reading import read_config

KINDS = {
    "json": ("application/json", "{name}.json"),
    "yaml": ("application/yaml", "{name}.runtime.yaml"),
    "curl": ("text/plain; charset=utf-8", None),
}
"""Content type and file name of each kind; without one it is shown rather than saved."""


@require_safe
@signed_in
async def export(request: HttpRequest, who: Who, org: str, ws: str, runtime: str, kind: str) -> HttpResponse:
    """One file, in the kind that the address names."""
    if kind not in KINDS:
        raise Http404("There is no such export.")
    if elsewhere := await canonical(request, who, org, ws, runtime):
        return elsewhere
    about = await subject(who, org, ws, runtime)
    document = await _document(request, who, about)
    if document is None:
        return HttpResponseRedirect(about.url("config"))
    text = await sync_to_async(_written)(kind, about, document)
    await sync_to_async(witness.exported)(about.ref, who.person, kind, trace(request))
    content_type, name = KINDS[kind]
    response = HttpResponse(text, content_type=content_type)
    if name is not None:
        safe = re.sub(r"[^A-Za-z0-9._-]", "-", about.key)[:80] or "config"
        response["Content-Disposition"] = f'attachment; filename="{name.format(name=safe)}"'
    return response


async def _document(request: HttpRequest, who: Who, about: Subject) -> Json | None:
    """The draft that is asked for, else what is stored; None when that can't be carried faithfully."""
    asked = form_id(request.GET.get("form"))
    kept = await kept_draft(asked, who, about) if asked else None
    if kept is not None:
        return about.form_posted(kept.base, kept.values).document()
    stored = await read_config(who.token, about.ref)
    return stored.document


def _written(kind: str, about: Subject, document: Json) -> str:
    if kind == "json":
        return pretty(document) + "\n"
    if kind == "curl":
        return curl(f"{settings.PLATFORM_URL}/api/v1{about.ref.path}/config", document)
    item = about.item
    identity = Identity(
        key=about.key,
        name=item.name if item else None,
        description=item.description if item else None,
        project=(item.project_key or item.project_id) if item else None,
    )
    return to_yaml(document if is_object(document) else {}, identity)
