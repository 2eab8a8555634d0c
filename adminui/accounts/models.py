"""Tables of this room: people, the sealed tokens of their sessions and their own, refused sign-ins, keys in use."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from adminui import keyring
from adminui.accounts.roles import Role, ordered
from adminui.sealed import Sealed


@dataclass(frozen=True)
class Tokens:
    """What a session's row keeps sealed: the access token, and the refresh token where the provider gave one."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)


class Person(models.Model):
    """Who signed in: one row for each subject of an issuer.

    The issuer is the platform's address where a token was the proof, else an OpenID provider. `platform_id` and
    `platform_name` are the same human's user on the platform, by whichever way they came; "" as long as it isn't
    known. `name` is what colleagues call them, `roles` what they were at their last sign-in or refresh.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    full_name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=320, blank=True)
    email_verified = models.BooleanField(default=False)
    platform_id = models.CharField(max_length=255, blank=True)
    platform_name = models.CharField(max_length=255, blank=True)
    roles = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One row for each subject of an issuer."""

        db_table = "accounts_person"
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_a_subject")]
        indexes = [models.Index(fields=["platform_id"], name="person_platform")]

    def __str__(self) -> str:
        """What colleagues call them."""
        return self.name


class Credential(models.Model):
    """One session: who, by which way, from where, and its tokens, sealed for this very row; it goes when the session
    ends, and with it the session is dead wherever it is asked for.

    `version` counts the refreshes. `leased_until`: somebody is refreshing it; `later_at`: not to be tried before.
    `provider_session` is the provider's own id of the session.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="credentials")
    way = models.CharField(max_length=10, default="token")
    sealed = Sealed(holding="sessions", joined=["person"])
    version = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    renew_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    later_at = models.DateTimeField(null=True)
    roles = models.JSONField(default=list)
    provider_session = models.CharField(max_length=255, blank=True, db_index=True)
    ip = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        """No more than the table's name."""

        db_table = "accounts_credential"

    def __str__(self) -> str:
        """Its id, never its token."""
        return str(self.id)

    @property
    def role_set(self) -> frozenset[Role]:
        """The roles of this session that this version knows."""
        return frozenset(ordered(self.roles))

    @property
    def place(self) -> str:
        """What its tokens are bound to: row, person and issuer."""
        return f"accounts_credential {self.id} {self.person_id} {self.person.issuer}"

    def keep(self, tokens: Tokens) -> None:
        """Seals the tokens for this row."""
        plain = json.dumps({"access": tokens.access, "refresh": tokens.refresh}).encode()
        self.sealed = keyring.seal(plain, bound_to=self.place)

    def tokens(self) -> Tokens:
        """The tokens; raises keyring.SealBroken where the row was tampered with or its key is gone."""
        kept: Any = json.loads(keyring.open_sealed(bytes(self.sealed), bound_to=self.place))
        return Tokens(kept["access"], kept["refresh"])


class PersonalToken(models.Model):
    """A platform API token that somebody who signs in by SSO pasted once; sealed for this row.

    `ending` is what it is recognised by: its last characters.
    """

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="personal")
    sealed = Sealed(holding="platform API tokens of people", joined=["person"])
    ending = models.CharField(max_length=4)
    refused_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        """No more than the table's name."""

        db_table = "accounts_personaltoken"

    def __str__(self) -> str:
        """Whose it is, never the token."""
        return f"token of {self.person_id}"

    @property
    def place(self) -> str:
        """What it is bound to: row (a person's one) and issuer."""
        return f"accounts_personaltoken {self.person_id} {self.person.issuer}"

    def keep(self, token: str) -> None:
        """Seals the token for this row."""
        self.sealed = keyring.seal(token.encode(), bound_to=self.place)
        self.ending = token[-4:] if len(token) >= 16 else ""

    def token(self) -> str:
        """The token; raises keyring.SealBroken."""
        return keyring.open_sealed(bytes(self.sealed), bound_to=self.place).decode()


class LogoutToken(models.Model):
    """A logout token that was here: the SHA-256 of its issuer and id, kept until it is too old to be taken again."""

    digest = models.CharField(primary_key=True, max_length=64)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        """No more than the table's name."""

        db_table = "accounts_logouttoken"

    def __str__(self) -> str:
        """Its digest."""
        return self.digest


class KeyInUse(models.Model):
    """A key that something may be sealed with: its id, and a digest that another key wouldn't give."""

    id = models.CharField(primary_key=True, max_length=40)
    check_digest = models.CharField(max_length=64)
    first_used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """No more than the table's name."""

        db_table = "accounts_key"

    def __str__(self) -> str:
        """Its id."""
        return self.id


class Attempts(models.Model):
    """How many sign-ins were refused in the running window, for one address or for all of them."""

    key = models.CharField(primary_key=True, max_length=60)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        """No more than the table's name."""

        db_table = "accounts_attempts"

    def __str__(self) -> str:
        """Whose window it is."""
        return self.key
