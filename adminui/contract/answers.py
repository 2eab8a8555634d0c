"""What the other endpoints answer.

Each model takes what a server of any age gives: only what names a thing is required, unknown fields are left out, and
an optional field of a wrong type counts as not given. `complete` makes the full shape of one, every field required,
which is what the platform in a box promises in its OpenAPI document.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model, field_validator
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core.core_schema import ValidationInfo


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""A time in UTC; one without a zone is taken for UTC."""


class Answer(BaseModel):
    """The ground of all answers."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _forgive(cls, value: object, handler: ModelWrapValidatorHandler[Any], info: ValidationInfo) -> object:
        """Take an optional field that can't be read for one that wasn't given."""
        try:
            return handler(value)
        except ValidationError:
            field = cls.model_fields[info.field_name or ""]
            if field.is_required():
                raise
            return field.get_default()


class User(Answer):
    """Whom a token belongs to: `GET /user`."""

    id: str = Field(min_length=1)
    email_address: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    full_name: str | None = None


class Organization(Answer):
    """One organization. Times in seconds."""

    id: str = Field(min_length=1)
    key: str = Field(min_length=1)
    name: str
    is_active: bool | None = None
    effective_max_sandbox_runtime_seconds: int | None = Field(None, description="The cap of sandbox.timeout_seconds.")
    max_sandbox_runtime_source_level: str | None = Field(None, examples=["platform", "organization"])
    effective_default_sandbox_runtime_seconds: int | None = None
    default_sandbox_runtime_source_level: str | None = Field(None, examples=["platform", "organization"])
    platform_max_sandbox_runtime_seconds: int | None = None
    platform_default_sandbox_runtime_seconds: int | None = None


class Workspace(Answer):
    """One workspace of an organization."""

    id: str = Field(min_length=1)
    key: str = Field(min_length=1)
    name: str
    org_id: str | None = None
    is_active: bool | None = None
    is_default: bool | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class RuntimeItem(Answer):
    """One runtime as the list has it. `owned_by_me` None: the server doesn't say."""

    id: str = Field(min_length=1)
    key: str = Field(min_length=1)
    name: str
    description: str | None = None
    status: str | None = Field(None, examples=["idle", "running", "paused"])
    project_id: str | None = None
    project_key: str | None = None
    project_name: str | None = None
    owned_by_me: bool | None = None
    created_by: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    config_version: str | None = None
    config_digest: str | None = None
    instance: dict[str, Any] | None = None


class Secret(Answer):
    """One stored secret of a person; its value never passes through here."""

    id: str = Field(min_length=1)
    name: str
    provider: str | None = None
    masked_value: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class Capability(Answer):
    """One capability that an organization offers."""

    name: str = Field(min_length=1)
    latest_version: str | None = None
    description: str | None = None


@cache
def complete(model: type[Answer]) -> type[Answer]:
    """The full shape of an answer: the same fields under the same name, all required, null where they may be."""
    fields: dict[str, Any] = {
        name: (field.annotation, Field(description=field.description, examples=field.examples))
        for name, field in model.model_fields.items()
    }
    return create_model(model.__name__, __base__=Answer, __doc__=model.__doc__, **fields)
