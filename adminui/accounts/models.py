"""Tables of this room: people, the sealed tokens of their sessions, and refused sign-ins."""

import uuid

from django.db import models

from adminui import keyring


class Person(models.Model):
    """Who signed in: one row for each subject of an issuer.

    The issuer is the platform's address where a token was the proof, else an OpenID provider. `platform_id` is the
    same human's user id on the platform, by whichever way they came. `name` is what colleagues call them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    full_name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=320, blank=True)
    platform_id = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One row for each subject of an issuer."""

        db_table = "accounts_person"
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_a_subject")]

    def __str__(self) -> str:
        """What colleagues call them."""
        return self.name


class Credential(models.Model):
    """The platform token of one session, sealed for this very row; it goes when the session ends."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="credentials")
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        """No more than the table's name."""

        db_table = "accounts_credential"

    def __str__(self) -> str:
        """Its id, never its token."""
        return str(self.id)

    @property
    def _place(self) -> str:
        return f"accounts_credential {self.id} {self.person_id}"

    def keep(self, token: str) -> None:
        """Seals the token for this row."""
        self.sealed = keyring.seal(token.encode(), bound_to=self._place)

    def token(self) -> str:
        """The token; raises keyring.SealBroken where the row was tampered with or its key is gone."""
        return keyring.open_sealed(bytes(self.sealed), bound_to=self._place).decode()


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
