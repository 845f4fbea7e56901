"""A thin client of the HTTP interface, for scripts: nothing but the standard library."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from negotiation.errors import NegotiationError

SECONDS = 60.0


class RefusedError(NegotiationError):
    """The server refused; carries its problem as it was sent.

    Parameters
    ----------
    problem : mapping
        RFC 9457: title, status, detail, remedy, errors.
    """

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail", "the server refused")), str(problem.get("remedy", "")))
        self.problem = problem
        self.status = int(problem.get("status", 500))


class Client:
    """Somebody who talks to a server: anybody, an owner, or a seat.

    Parameters
    ----------
    address : str
        Of the server, e.g. ``http://127.0.0.1:8000``.
    secret : str, optional
        What :meth:`make` or :meth:`join` returned.
    """

    def __init__(self, address: str, secret: str | None = None) -> None:
        self.address = address.rstrip("/")
        self.secret = secret

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None, expected: int | None = None) -> Any:
        """Send a request and return what was answered.

        Parameters
        ----------
        method, path : str
        body : JSON
        key : str, optional
            The same key with the same request does it once, however often it is sent; a new one if not given.
        expected : int, optional
            The version of the table that the request rests on.

        Raises
        ------
        RefusedError
            With the server's problem.
        """
        headers = {"Accept": "application/json"}
        if self.secret is not None:
            headers["Authorization"] = f"Bearer {self.secret}"
        if method == "POST":
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key or uuid4().hex}
        if expected is not None:
            headers["If-Match"] = f'"{expected}"'
        data = None if body is None and method != "POST" else json.dumps({} if body is None else body).encode()
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise RefusedError(_problem(error)) from None
        except OSError as error:
            raise RefusedError({"status": 503, "detail": f"{self.address} cannot be reached: {error}", "remedy": "is the server running?"}) from None

    def make(self, plan: Mapping[str, Any]) -> dict[str, Any]:
        """Make a workshop; from now on this client is its owner."""
        made: dict[str, Any] = self.ask("POST", "/api/workshops", dict(plan))
        self.secret = made["secret"]
        return made

    def join(self, code: str, **choice: str) -> tuple[str, Client]:
        """Take a seat; return its table, and a client that acts for it."""
        taken = self.ask("POST", "/api/join", {"code": code, **choice})
        return taken["room"], Client(self.address, taken["secret"])

    def move(self, room: str, path: str, body: Mapping[str, Any] | None = None, **how: Any) -> dict[str, Any]:
        """Make a move at a table, e.g. ``move(room, "decisions", {"choice": "pay"})``."""
        answer: dict[str, Any] = self.ask("POST", f"/api/rooms/{room}/{path}", dict(body or {}), **how)
        return answer

    def see(self, room: str) -> dict[str, Any]:
        """Return what this client may see of a table."""
        seen: dict[str, Any] = self.ask("GET", f"/api/rooms/{room}")
        return seen

    def analyse(self, name: str, game: str | Mapping[str, Any], **settings: Any) -> dict[str, Any]:
        """Run an analysis: the same answer as `negotiate NAME GAME --json`."""
        answer: dict[str, Any] = self.ask("POST", f"/api/analyses/{name}", {"game": game, **settings})
        return answer


def _problem(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(error.read())
    except ValueError:
        found = {"detail": str(error)}
    return {"status": error.code} | found
