"""The OpenAPI 3.1 document of the platform's API, its schemas read off the contract's models."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from adminui.contract import answers
from adminui.contract.config import RuntimeConfig
from adminui.contract.envelope import Envelope

from .answers import LIMIT

Object = dict[str, Any]

ADDRESS: tuple[tuple[str, str, str], ...] = (
    ("org", "The organization's key.", "acme"),
    ("ws", "The workspace's key.", "research"),
    ("runtime", "The runtime's key, or its UUID in either case.", "analyst"),
)
SAYS = {
    400: "The body is no JSON that can be kept as it is.",
    401: "The token is missing, expired or revoked.",
    403: "Not a member of the organization, or not the runtime's owner.",
    404: "No such organization, workspace or runtime.",
    405: "The path doesn't take this method.",
    413: f"The body is larger than {LIMIT} bytes.",
    415: "The body isn't sent as application/json.",
    422: "The request can be read but is wrong; `errors` says where.",
}


@cache
def document() -> Object:
    """The whole document; it has neither the faults nor the log."""
    item = ref("RuntimeItem")
    config = objects(config=ref("RuntimeConfig"), runtime_id={"type": "string", "format": "uuid"}, config_digest=TEXT)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Runtime platform in a box", "version": "1"},
        "security": [{"bearer": []}, {"key": []}],
        "paths": {
            "/api/v1/user": {"get": operation("Who the token belongs to", ref("User"))},
            "/api/v1/user/organizations": {"get": operation("Their organizations", array(ref("Organization")))},
            "/api/v1/user/secrets": {
                "get": operation(
                    "Their stored secrets, without values",
                    objects(secrets=array(ref("Secret")), total={"type": "integer"}),
                )
            },
            "/api/v1/org/{org}": {"get": operation("One organization", ref("Organization"), depth=1)},
            "/api/v1/org/{org}/capabilities": {
                "get": operation("What can be installed", objects(items=array(ref("Capability"))), depth=1)
            },
            "/api/v1/org/{org}/ws": {
                "get": operation("Its workspaces", objects(workspaces=array(ref("Workspace"))), depth=1)
            },
            "/api/v1/org/{org}/ws/{ws}": {"get": operation("One workspace", ref("Workspace"), depth=2)},
            "/api/v1/org/{org}/ws/{ws}/runtimes": {
                "get": operation(
                    "A page of its runtimes, the one changed last first",
                    objects(items=array(item), next_cursor={"type": ["string", "null"]}),
                    depth=2,
                    query=QUERY,
                )
            },
            "/api/v1/org/{org}/ws/{ws}/runtimes/{runtime}": {"get": operation("One runtime", item, depth=3)},
            "/api/v1/org/{org}/ws/{ws}/runtimes/{runtime}/config": {
                "get": operation("Its durable config", config, depth=3),
                "put": operation(
                    "Replace its durable config as a whole",
                    config,
                    depth=3,
                    body={"type": "object", "properties": {"config": ref("RuntimeConfig")}, "required": ["config"]},
                ),
            },
        },
        "components": {
            "schemas": schemas(),
            "responses": {str(status): refusal(status) for status in SAYS},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


TEXT: Object = {"type": "string"}
QUERY: list[Object] = [
    {"name": name, "in": "query", "schema": schema, "description": said}
    for name, schema, said in (
        ("limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}, "How many on a page."),
        ("cursor", TEXT, "`next_cursor` of the page before."),
        (
            "state",
            {"type": "string", "pattern": "^((idle|running|paused)(,(idle|running|paused)){0,9})?$"},
            "Only runtimes of these states, with commas between.",
        ),
        ("project_id", TEXT, "Only runtimes of this project."),
        ("owner", {"type": "string", "enum": ["me"]}, "Only one's own runtimes."),
    )
]


def ref(name: str) -> Object:
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Object) -> Object:
    return {"type": "array", "items": items}


def objects(**properties: Object) -> Object:
    """The schema of an object that has all these properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def operation(
    summary: str, answer: Object, *, depth: int = 0, query: list[Object] | None = None, body: Object | None = None
) -> Object:
    """One operation. `depth`: how much of an address its path names, from the organization down."""
    statuses = (
        [401, 405] + [403, 404] * (depth > 0) + [422] * (query is not None) + [400, 413, 415, 422] * (body is not None)
    )
    said: Object = {
        "summary": summary,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": TEXT, "description": help, "example": example}
            for name, help, example in ADDRESS[:depth]
        ]
        + (query or []),
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": answer}}},
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)},
        },
    }
    if body is not None:
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return said


def refusal(status: int) -> Object:
    return {"description": SAYS[status], "content": {"application/json": {"schema": ref("Envelope")}}}


def schemas() -> Object:
    """The contract's models as JSON Schema, by name."""
    shapes = (answers.User, answers.Organization, answers.Workspace, answers.RuntimeItem, answers.Secret)
    named: dict[str, Any] = {shape.__name__: answers.complete(shape) for shape in (*shapes, answers.Capability)}
    named |= {"RuntimeConfig": RuntimeConfig, "Envelope": Envelope}
    found, inner = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(model)) for name, model in named.items()],
        ref_template="#/components/schemas/{model}",
    )
    return {**inner["$defs"], **{name: found[name, "validation"] for name in named if name not in inner["$defs"]}}
