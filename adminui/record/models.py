"""Tables of the record: what happened, the head of each chain, and the documents that the events speak of."""

from django.db import models

from adminui.record import kinds
from adminui.record.fields import ExactJSONField, ExactTimeField, ExactUUIDField
from adminui.sealed import Sealed


class Event(models.Model):
    """One thing that happened. Append only: the database itself refuses to change or remove a row.

    The table is made by SQL of our own and Django does not manage it: on SQLite an ordinary AlterField copies the
    table and silently loses its triggers. It has no foreign keys, so nothing that is deleted elsewhere reaches it:
    the person is kept as they were, the documents as their keyed digests.

    `before` and `after` are 64 hex digits or None; `paths` a list of the texts of change paths; `data` an object
    whose keys the kind says. Absent texts are empty.
    """

    id = ExactUUIDField(primary_key=True)
    format = models.PositiveSmallIntegerField()
    chain = models.TextField()
    seq = models.PositiveBigIntegerField()
    previous = models.TextField()
    hash = models.TextField()
    at = ExactTimeField()
    kind = models.TextField()
    issuer = models.TextField()
    subject = models.TextField()
    name = models.TextField()
    platform_id = models.TextField()
    platform_name = models.TextField()
    organization = models.TextField()
    workspace = models.TextField()
    runtime = ExactUUIDField(null=True)
    request_id = models.TextField()
    origin = models.TextField()
    reason = models.TextField()
    ip = models.TextField()
    agent = models.TextField()
    paths = ExactJSONField()
    before = models.TextField(null=True)
    after = models.TextField(null=True)
    data = ExactJSONField()
    save_id = ExactUUIDField(null=True, db_column="save")

    class Meta:
        """Made by migration 0001, with its constraints and indexes."""

        managed = False
        db_table = "record_event"

    def __str__(self) -> str:
        """Its place in its chain."""
        return f"{self.chain} {self.seq}"

    @property
    def sentence(self) -> str:
        """What happened, for people: plain text without a value of a config. Never raises."""
        return kinds.sentence(self.kind, who=self.name, paths=self.paths, data=self.data)


class Head(models.Model):
    """The last number and hash of a chain. Its row lock is what puts writers in line."""

    chain = models.TextField(primary_key=True)
    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        """One row a chain."""

        db_table = "record_head"

    def __str__(self) -> str:
        """Its chain and number."""
        return f"{self.chain} {self.seq}"


class Document(models.Model):
    """One document of one runtime, compressed and sealed, kept once whoever speaks of it."""

    runtime = models.UUIDField()
    digest = models.CharField(max_length=64)
    sealed = Sealed(holding="documents of the history")
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Once for a runtime and digest."""

        db_table = "record_document"
        constraints = [models.UniqueConstraint(fields=["runtime", "digest"], name="record_document_once")]

    def __str__(self) -> str:
        """Its runtime and digest."""
        return f"{self.runtime} {self.digest}"

    @property
    def place(self) -> str:
        """What it is bound to: the runtime and the digest."""
        return f"record_document:{self.runtime}:{self.digest}"


class DigestKey(models.Model):
    """The one key of the documents' digests: 32 random bytes, sealed, so that digests outlive the keys that seal."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    sealed = Sealed(holding="key of the documents’ digests")

    class Meta:
        """One row."""

        db_table = "record_digestkey"

    def __str__(self) -> str:
        """No more than what it is."""
        return "the digests’ key"

    @property
    def place(self) -> str:
        """What it is bound to: this table, as it has one row."""
        return "record_digestkey"


class Seen(models.Model):
    """What was last read of a runtime's config: how a change made elsewhere is noticed.

    `seq` is the number of the runtime's last event when the reading began. `listed` is the platform's own digest as
    it last came with the runtime, comparable with itself only.
    """

    runtime = models.UUIDField(primary_key=True)
    digest = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField()
    seen_at = models.DateTimeField()
    listed = models.CharField(max_length=200, blank=True)

    class Meta:
        """One row a runtime."""

        db_table = "record_seen"

    def __str__(self) -> str:
        """Its runtime."""
        return str(self.runtime)


class Checked(models.Model):
    """When a chain was last verified, and what was found: whole up to `seq` with that hash, or `why` it is broken."""

    chain = models.TextField(primary_key=True)
    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    why = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        """One row a chain."""

        db_table = "record_checked"

    def __str__(self) -> str:
        """Its chain and number."""
        return f"{self.chain} {self.seq}"
