"""The description of the service, ``/openapi.json``; and what it tells of an address."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import compile_path

from api import openai_errors, openai_formats
from api.problem import Problem


def describe(app: FastAPI) -> dict[str, Any]:
    """Made once. Beside what the framework knows: errors as they are, and OpenAI's formats."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            summary=app.summary,
            version=app.version,
            license_info=app.license_info,
            routes=app.routes,
        )
        for path, operations in schema.get("paths", {}).items():
            if openai_errors.speaks(path):
                for operation in operations.values():
                    operation["responses"].pop("422", None)  # it is 400 there
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        schemas |= openai_formats.described()
        schemas["Problem"] = Problem.model_json_schema()
        app.openapi_schema = schema
    return app.openapi_schema


def methods(app: FastAPI, path: str) -> list[str]:
    """All that this address takes: for Allow, where the framework names those of one route."""
    paths = app.openapi()["paths"]
    found = {
        method.upper()
        for template, operations in paths.items()
        if _pattern(template).fullmatch(path)
        for method in operations
    }
    return sorted(found)


@cache
def _pattern(template: str) -> Any:
    return compile_path(template)[0]


def header(name: str, description: str, **schema: Any) -> dict[str, Any]:
    """A header that must be sent, and whose absence has an error of its own: not the framework's,
    which would describe it as optional."""
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string", **schema},
    }
