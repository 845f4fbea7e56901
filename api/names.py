"""Under which names the server may be asked: a page of another site must not reach it by letting its own name lead here (DNS rebinding)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from socket import gethostname
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from negotiation.errors import NegotiationError

from .settings import ServerSettings

HERE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names that every machine gives itself."""
ON_THE_NET = ("", ".local")
"""What stands behind a machine's own name when others in its network ask for it."""


class OtherHostError(NegotiationError):
    """The request is for another host, by the name that it says."""

    status = 421
    title = "Not this server's name"


def names_of(settings: ServerSettings) -> frozenset[str]:
    """Return the names that a server has wherever a request comes in."""
    public = [] if settings.public is None else [urlsplit(settings.public).netloc]
    return HERE | {_name(given) for given in (*settings.hosts, *public, *own_names())}


def own_names() -> list[str]:
    """Return how others in its network may call this machine."""
    return [f"{gethostname()}{end}" for end in ON_THE_NET]


def refuse_other_names(scope: Scope, names: Iterable[str]) -> None:
    """Refuse a request whose `Host` is neither one of the names nor the address at which it came in; programs that say none are no browsers.

    Raises
    ------
    OtherHostError
    """
    server = scope.get("server")
    own = {*names, *([_plain(server[0])] if server else ())}
    for said in Headers(scope=scope).getlist("host"):
        if _name(said) not in own:
            raise OtherHostError(f"this server is not '{said[:80]}'", "open the address that it printed when it started, or name this one in NEGOTIATION_HOSTS")


def _name(host: str) -> str:
    """Return the name in a `Host`, without the port."""
    text = host.strip().lower()
    return _plain(text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0])


def _plain(name: str) -> str:
    """Return a name or an address in the one way of writing it that is compared."""
    try:
        found = ip_address(name)
    except ValueError:
        return name.lower().removesuffix(".")
    return str((found.ipv4_mapped if isinstance(found, IPv6Address) else None) or found)
