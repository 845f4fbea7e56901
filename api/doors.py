"""Who asks, and whether a browser was tricked into asking: secrets in headers and cookies, origins, and how often."""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from negotiation.errors import NegotiationError

from .storage.keys import Grant, Keys
from .storage.rooms import UnknownRoomError
from .workshop.moves.rights import Actor, NotAllowedError
from .workshops import Seated

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN = frozenset({"same-origin", "none"})
"""What browsers say of requests that this server's own pages make, or the person at the keyboard."""
DAYS = 30 * 86_400
SEAT_PAGES = "/s/"
"""Where a browser that leads and has a seat, too, is taken for the seat."""


class NobodyError(NegotiationError):
    """Nothing says who asks."""

    status = 401
    title = "Who are you?"


class SeatMovedError(NegotiationError):
    """The seat is on another device now."""

    status = 401
    title = "This seat is on another device"


class TooOftenError(NegotiationError):
    """More tries than allowed."""

    status = 429
    title = "Too many tries"


class ForgedError(NegotiationError):
    """Another site made this request."""

    status = 403
    title = "Not from this server's pages"


def cookie_of(place: str, holds: str = "key") -> str:
    """Return the name of the cookie that holds the secret for a table or a workshop; a seat's is another one, since who leads may try a seat as well."""
    return f"{holds}_{place.replace('-', '_')}"


def bearer_of(request: Request) -> str:
    """Return the secret in a request's header; empty where there is none. No page of another site can send one unasked."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def secrets_of(request: Request, room: str) -> list[str]:
    """Return the secrets that a request brings for a table: in its header, or else in the cookies of the table and of its workshop."""
    if bearer := bearer_of(request):
        return [bearer]
    names = [cookie_of(room), cookie_of(room.rpartition("-")[0] or room)]
    names.insert(0 if request.url.path.startswith(SEAT_PAGES) else 2, cookie_of(room, "seat"))
    return [secret for name in names if (secret := kept_in(request, name))]


def who(request: Request, keys: Keys, room: str) -> Actor:
    """Return who asks something of a table, or of a whole workshop.

    Raises
    ------
    NobodyError
        When no secret was sent, or one that opens nothing.
    SeatMovedError
        When another device took the seat over.
    NotAllowedError
        When the secret belongs to another workshop or table.
    """
    grants = [found for secret in secrets_of(request, room) if (found := keys.find(secret)) is not None]
    if not grants:
        raise NobodyError("nothing says who asks", "open your link again, or join with the code")
    fitting = [one for one in grants if _opens(one, room)]
    if not fitting:
        raise NotAllowedError("this link belongs to another workshop or table", "open the link of this one")
    usable = [one for one in fitting if not one.revoked]
    if not usable:
        raise SeatMovedError("another device holds this seat now, or the link was withdrawn", "ask the facilitator if that is not you")
    return usable[0].actor


async def asking(request: Request, keys: Keys, room: str) -> Actor:
    """Return what :func:`who` does; the database is asked beside the event loop, and only where it has to be."""
    if all(keys.kept(secret) is not None for secret in secrets_of(request, room)):
        return who(request, keys, room)
    return await run_in_threadpool(who, request, keys, room)


def _opens(given: Grant, room: str) -> bool:
    return given.room == room if given.room else room == given.workshop or room.rpartition("-")[0] == given.workshop


def keep_in(response: Response, request: Request, name: str, secret: str, seconds: int | None = DAYS) -> None:
    """Let the browser keep a secret where no script can read it, until it is closed where no time is named."""
    secure = request.url.scheme == "https"
    response.set_cookie(_called(request, name), secret, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")


def kept_in(request: Request, name: str) -> str:
    """Return what :func:`keep_in` kept; empty where there is nothing."""
    return request.cookies.get(_called(request, name), "")


def _called(request: Request, name: str) -> str:
    """Return a cookie's name; under TLS one that browsers take only from this very host, and only under TLS."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def keep(response: Response, request: Request, place: str, secret: str, holds: str = "key") -> None:
    """Let the browser keep the secret for a table or a workshop."""
    keep_in(response, request, cookie_of(place, holds), secret)


def keep_seat(response: Response, request: Request, seated: Seated) -> None:
    """Let the browser keep a seat."""
    keep(response, request, seated.room, seated.secret, "seat")


def refuse_forged(request: Request, public: str | None = None) -> None:
    """Refuse a change that another site's page asks this browser for; a proxy may have put another `Host` in the place of the public address.

    Raises
    ------
    ForgedError
    """
    if request.method in SAFE or bearer_of(request):
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    # an older browser says only the origin; "null" says nothing, since our pages send no referrer: there the form's token decides
    elsewhere = origin not in (None, "null", public) and urlsplit(origin or "").netloc != request.headers.get("host")
    if elsewhere if site is None else site not in OWN:
        raise ForgedError("another site asked for this", "use the pages of this server")
    plain = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    empty = not plain and (site is not None or request.method == "DELETE")  # what other sites' pages cannot send, or this browser has told apart
    if request.url.path.startswith("/api/") and request.cookies and plain != "application/json" and not empty:
        raise ForgedError("a change needs 'Content-Type: application/json'", "send JSON")


class Tries:
    """How often each address may try something.

    Parameters
    ----------
    most : int
        Tries in a minute.
    clock : callable
        Seconds.
    """

    MINUTE = 60.0
    ADDRESSES = 10_000

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, address: str) -> None:
        """Count a try.

        Raises
        ------
        TooOftenError
        """
        now = self._clock()
        tries = self._tries.setdefault(address, deque())
        self._tries.move_to_end(address)
        while len(self._tries) > self.ADDRESSES:
            self._tries.popitem(last=False)
        while tries and tries[0] <= now - self.MINUTE:
            tries.popleft()
        if len(tries) >= self.most:
            raise TooOftenError(f"more than {self.most} tries in a minute", "wait a minute, then try again")
        tries.append(now)

    def forgive(self, address: str) -> None:
        """Take back the last try."""
        if tries := self._tries.get(address):
            tries.pop()


@contextmanager
def guessing(request: Request) -> Iterator[None]:
    """Count a try at a code, of its address and of all together; one that was right is not counted.

    Raises
    ------
    TooOftenError
        Before anything is looked up: then a right code gets the answer of a wrong one.
    """
    counted = ((request.app.state.tries, address_of(request)), (request.app.state.guesses, "all"))
    for tries, name in counted:
        tries.count(name)
    try:
        yield
    except UnknownRoomError:
        raise
    except Exception:
        _forgive(counted)
        raise
    _forgive(counted)


def _forgive(counted: tuple[tuple[Tries, str], ...]) -> None:
    for tries, name in counted:
        tries.forgive(name)


class Host:
    """Who may make workshops: anybody at this machine, or who holds the server's secret where others can reach it.

    Parameters
    ----------
    secret : str or None
        None where only this machine reaches the server.
    """

    COOKIE = "key_server"

    def __init__(self, secret: str | None) -> None:
        self.secret = secret

    def allow(self, request: Request) -> None:
        """Refuse whoever may not make workshops.

        Raises
        ------
        NobodyError
        """
        if self.secret is None:
            return
        self._check(bearer_of(request) or kept_in(request, self.COOKIE))

    def keep(self, response: Response, request: Request, secret: str) -> None:
        """Let a browser that knows the secret make workshops from now on.

        Raises
        ------
        NobodyError
        """
        self._check(secret)
        keep_in(response, request, self.COOKIE, secret)

    def _check(self, brought: str) -> None:
        if self.secret is not None and not hmac.compare_digest(brought.encode(), self.secret.encode()):
            raise NobodyError("this is for the owner of this server", "open the link that was printed when the server started")


def address_of(request: Request) -> str:
    """Return where a request comes from; of addresses of version 6 the network, since everybody there has as many as there are."""
    host = request.client.host if request.client else "unknown"
    try:
        found = ip_address(host)
    except ValueError:
        return host
    if not isinstance(found, IPv6Address):
        return host
    return str(found.ipv4_mapped or IPv6Network((int(found) >> 64 << 64, 64)))
