"""Tables of this room: what a person typed and has not saved, and one row a save."""

from django.db import models

from adminui.saving.protocol import State
from adminui.sealed import Sealed


class Draft(models.Model):
    """What was typed into one form, with the document it was typed over.

    The values are sealed. `owner` is the platform's user id, so that whoever signs in as that user, by token or
    otherwise, finds the same drafts. `seq` is the number that the page gave to the state it holds: states are
    sent while typing goes on, and one that arrives late never takes the place of a later one. `origin` is that of its
    save's events, `of` the event that a restore or an undo goes back to.
    """

    form = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=200)
    origin = models.CharField(max_length=20, default="editor")
    of = models.UUIDField(null=True)
    organization = models.CharField(max_length=200)
    workspace = models.CharField(max_length=200)
    runtime = models.UUIDField()
    base = models.CharField(max_length=64)
    read_at = models.DateTimeField()
    values = Sealed(holding="drafts")
    reason = models.TextField(blank=True)
    revision = models.PositiveIntegerField()
    seq = models.BigIntegerField(default=0)
    changes = models.PositiveIntegerField()
    sections = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """Found by owner and runtime (left drafts) and by runtime (who else is editing)."""

        db_table = "saving_draft"
        indexes = [
            models.Index(fields=["owner", "runtime", "updated_at"], name="draft_owner"),
            models.Index(fields=["runtime", "updated_at"], name="draft_runtime"),
        ]

    def __str__(self) -> str:
        """Its form."""
        return str(self.form)

    @property
    def place(self) -> str:
        """What its values are bound to: form, owner and runtime."""
        return f"draft:{self.form}:{self.owner}:{self.runtime}"


class Gone(models.Model):
    """A form whose draft was saved or discarded, and the number of its last state: a late one doesn't bring it back."""

    form = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField()
    at = models.DateTimeField(auto_now=True)

    class Meta:
        """Rows are for a day: no request is later than that."""

        db_table = "saving_gone"

    def __str__(self) -> str:
        """Its form."""
        return str(self.form)


class Save(models.Model):
    """One run of the protocol: unique for its form and revision.

    Documents are named by their keyed digests (`record_document`): the base, what was sent, what was found or stored.
    """

    id = models.UUIDField(primary_key=True)
    form = models.UUIDField()
    revision = models.PositiveIntegerField()
    owner = models.CharField(max_length=200)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    credential = models.UUIDField()
    organization = models.CharField(max_length=200)
    workspace = models.CharField(max_length=200)
    runtime = models.UUIDField()
    origin = models.CharField(max_length=20)
    reason = models.CharField(max_length=200, blank=True)
    base = models.CharField(max_length=64)
    sent = models.CharField(max_length=64)
    found = models.CharField(max_length=64, blank=True)
    paths = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=[(s, s) for s in State])
    evidence = models.JSONField(default=dict)
    envelope = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64)
    ip = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    leased_by = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """One save a form and revision; open ones are found by their lease."""

        db_table = "saving_save"
        constraints = [models.UniqueConstraint(fields=["form", "revision"], name="one_save_a_revision")]
        indexes = [
            models.Index(fields=["state", "leased_until"], name="save_open"),
            models.Index(fields=["runtime", "created_at"], name="save_runtime"),
        ]

    def __str__(self) -> str:
        """Its id and state."""
        return f"{self.id} {self.state}"
