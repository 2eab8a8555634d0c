"""Django's sessions in the database, each row named by a digest of its cookie: who reads the table is nobody by it."""

import hashlib

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone


def row_name(session_key: str) -> str:
    """What a session’s row is named by: BLAKE2b in hex, as long as the column. A key has 165 random bits."""
    return hashlib.blake2b(session_key.encode(), digest_size=20).hexdigest()


class SessionStore(db.SessionStore):
    """Looks for rows, makes and deletes them by that name; all else is Django's."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        found = self.model.objects.filter(session_key=self._row, expire_date__gt=timezone.now()).first()
        return self._known(found)

    async def _aget_session_from_db(self) -> AbstractBaseSession | None:
        found = await self.model.objects.filter(session_key=self._row, expire_date__gt=timezone.now()).afirst()
        return self._known(found)

    def _known(self, found: AbstractBaseSession | None) -> AbstractBaseSession | None:
        if found is None:
            self._session_key = None
        return found

    @property
    def _row(self) -> str:
        return row_name(self.session_key or "")

    def exists(self, session_key: str) -> bool:
        return super().exists(row_name(session_key))

    async def aexists(self, session_key: str) -> bool:
        return await super().aexists(row_name(session_key))

    def create_model_instance(self, data: dict[str, object]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.session_key = self._row
        return row

    async def acreate_model_instance(self, data: dict[str, object]) -> AbstractBaseSession:
        row: AbstractBaseSession = await super().acreate_model_instance(data)
        row.session_key = self._row
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=row_name(key)).delete()

    async def adelete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            await self.model.objects.filter(session_key=row_name(key)).adelete()
