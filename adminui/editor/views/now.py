"""…/config/now/: a part of the editor that is asked for while it is open. Swaps nothing that is being typed."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from adminui.accounts.here import Who, signed_in
from adminui.editor import meanwhile
from adminui.editor.meanwhile import Moved
from adminui.editor.pages import Page
from adminui.editor.subject import Subject, bare, form_id
from adminui.saving.forms import BadForm, Form, from_word


@require_safe
@signed_in
async def now(request: HttpRequest, who: Who, org: str, ws: str, runtime: str) -> HttpResponse:
    """Who else is at work here; with `read` also what was changed elsewhere since the form was made.

    The platform isn't asked whether this person may know: the word of a form shows it, made when they read the config.
    """
    about = bare(org, ws, runtime)
    word = _own_word(request, who, about)
    others = [] if word is None else await sync_to_async(meanwhile.others)(who.person.platform_id, about.id)
    moved = await _moved(who, about, word) if word is not None and "read" in request.GET else None
    query = request.GET.copy()
    query.pop("read", None)
    context: dict[str, object] = {
        "others": others,
        "moved": moved,
        "form_id": form_id(request.GET.get("form")),
        "watch": f"{request.path}?{query.urlencode()}",
    }
    return Page(request, who, about).render("editor/now.html", context)


def _own_word(request: HttpRequest, who: Who, about: Subject) -> Form | None:
    try:
        word = from_word(request.GET.get("word", ""))
    except BadForm:
        return None
    return word if (word.owner, word.runtime) == (who.person.platform_id, about.id) else None


async def _moved(who: Who, about: Subject, word: Form) -> Moved | None:
    stored = await meanwhile.read(who, about)
    if stored.document is None or stored.read_at <= word.read_at:
        return None
    return await sync_to_async(meanwhile.moved)(about, word.owner, word.id, word.base, stored.document, stored.read_at)
