"""What the box remembers. Its tables are its own: nothing of the main program is in them."""

import uuid
from typing import ClassVar, Self

from django.db import models


class Row(models.Model):
    """A row of the box, with its typed manager."""

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True


class Person(Row):
    """Someone who may call the API or sign in at the provider; without a token and groups, known as an owner only."""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_authenticated = True
    is_anonymous = False
    is_active = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=64, unique=True)
    email_address = models.CharField(max_length=254)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    api_token = models.CharField(max_length=100, unique=True, null=True)
    groups = models.JSONField(default=list)


class Organization(Row):
    """A customer of the platform. Who is a member reads everything in its workspaces."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    max_seconds = models.PositiveIntegerField(null=True)
    """The organization's own cap of sandbox.timeout_seconds; None: the platform's holds."""
    members = models.ManyToManyField(Person)


class Workspace(Row):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization: models.ForeignKey[Organization, Organization] = models.ForeignKey(
        Organization, on_delete=models.CASCADE
    )
    key = models.SlugField()
    name = models.CharField(max_length=200)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="workspace_key")]


class Project(Row):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace: models.ForeignKey[Workspace, Workspace] = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    key = models.SlugField()
    name = models.CharField(max_length=200)


class Runtime(Row):
    """One runtime with its durable config, kept as the text that is answered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace: models.ForeignKey[Workspace, Workspace] = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    project: models.ForeignKey[Project | None, Project | None] = models.ForeignKey(
        Project, null=True, on_delete=models.SET_NULL
    )
    owner: models.ForeignKey[Person, Person] = models.ForeignKey(Person, on_delete=models.PROTECT)
    key = models.SlugField(max_length=100)
    name = models.CharField(max_length=200)
    description = models.TextField()
    status = models.CharField(max_length=10)
    config = models.TextField()
    config_digest = models.CharField(max_length=80)
    running_digest = models.CharField(max_length=80, null=True)
    """Digest of the config that the sandbox was started with; None: there is no sandbox."""
    started_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="runtime_key")]
        indexes = [models.Index(fields=["workspace", "-updated_at", "-id"], name="runtime_newest")]


class Secret(Row):
    """A person's stored secret. The box keeps no value, only what a person recognises it by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner: models.ForeignKey[Person, Person] = models.ForeignKey(Person, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    provider = models.CharField(max_length=50)
    masked_value = models.CharField(max_length=50)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()


class Capability(Row):
    organization: models.ForeignKey[Organization, Organization] = models.ForeignKey(
        Organization, on_delete=models.CASCADE
    )
    name = models.CharField(max_length=100)
    latest_version = models.CharField(max_length=50)
    description = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="capability_name")]


class Fault(Row):
    """An answer that is to go wrong, `left` more times. `order` is JSON as faults.Order reads it."""

    id = models.BigAutoField(primary_key=True)
    order = models.TextField()
    left = models.PositiveIntegerField()


class Request(Row):
    """A line of the request log. `status` is None when the connection was cut before any answer."""

    id = models.BigAutoField(primary_key=True)
    method = models.CharField(max_length=20)
    path = models.TextField()
    user = models.CharField(max_length=64, null=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.TextField()
    at = models.DateTimeField()
