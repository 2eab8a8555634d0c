"""The editor's addresses; they mirror the platform's API."""

from django.urls import path

from adminui.editor.views import back, check, drafts, edit, export, merge, now, review, save

CONFIG = "org/<slug:org>/ws/<slug:ws>/runtimes/<str:runtime>/config/"
EVENT = "org/<slug:org>/ws/<slug:ws>/runtimes/<str:runtime>/history/<uuid:event>/"

urlpatterns = [
    path(CONFIG, edit.edit, name="config"),
    path(CONFIG + "check/", check.check, name="config-check"),
    path(CONFIG + "now/", now.now, name="config-now"),
    path(CONFIG + "drafts/", drafts.drafts, name="config-drafts"),
    path(CONFIG + "export/<slug:kind>", export.export, name="config-export"),
    path(CONFIG + "review/", review.review, name="config-review"),
    path(CONFIG + "saves/<uuid:save>/", save.save, name="config-save"),
    path(CONFIG + "merge/", merge.conflict, name="config-merge"),
    path(EVENT + "restore/", back.restore, name="config-restore"),
    path(EVENT + "undo/", back.undo, name="config-undo"),
]
