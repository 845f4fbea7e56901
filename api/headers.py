"""What every answer tells a browser: refusals and mistakes included."""

from __future__ import annotations

from starlette.types import Scope

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
}
UNKEPT = {"Cache-Control": "no-store"}
UNDER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
SHARED = ("/static/", "/games/", "/api/games", "/api/analyses")
"""Beginnings of the addresses that everybody sees alike; what stands elsewhere is not kept by browsers or by anything between."""


def headers_for(scope: Scope) -> dict[str, str]:
    """Return the headers of an answer that says nothing else itself."""
    path: str = scope["path"]
    kept = {} if path == "/" or path.startswith(SHARED) else UNKEPT
    return HEADERS | kept | (UNDER_TLS if scope["scheme"] == "https" else {})
