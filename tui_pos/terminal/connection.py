"""How calls reach Stripe: the key and address checked, one HTTP session per thread, every failure translated.

`stripe` is imported here and nowhere else, at the first call: importing it takes longer than painting the
first screen. The key is in no message, repr or traceback that leaves this module.
"""

import ipaddress
import logging
import re
import threading
import warnings
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast
from urllib.parse import urlsplit

from tui_pos.core import clock
from tui_pos.terminal.errors import (
    SERVER_FAULTS,
    Fault,
    Misconfigured,
    RateLimited,
    TerminalError,
    UnknownOutcome,
    error_for,
)
from tui_pos.terminal.model import Intent, intent_from

if TYPE_CHECKING:
    import requests
    import stripe

log = logging.getLogger(__name__)

T = TypeVar("T")

KEY = re.compile(r"(?:sk|rk)_(?:test|live)_[A-Za-z0-9_]+", re.ASCII)

# Sent with every request, so that an update of the package cannot change what Stripe means by an answer.
API_VERSION = "2026-10-28.endive"

# What reading a malformed answer can raise, in the client and in `model`.
MALFORMED = (AttributeError, KeyError, TypeError, ValueError, OverflowError)


WAS_SET = 2.0
"""By so many seconds a clock is moved at once; one that is brought to the right time slowly is not."""


class Timeouts(NamedTuple):
    """Seconds. `process` is the longest because Stripe answers only when the reader has acknowledged."""

    connect: float = 3.0
    read: float = 10.0
    command: float = 20.0
    process: float = 35.0


class Pace(Enum):
    """How patient a call is, and whether it may be repeated by itself."""

    READ = "read"  # repeated: it changes nothing
    COMMAND = "command"  # repeated with the same idempotency key, so that it acts once
    PROCESS = "process"  # never repeated: it makes a reader act, and may replace what the reader shows


class Connection:
    """One Stripe account's way to the API. Cheap to build; may be shared between threads."""

    def __init__(self, api_key: str, api_base: str | None, timeouts: Timeouts, retries: int) -> None:
        self._api_key = api_key
        self._api_base = api_base.rstrip("/") if api_base else None
        self._timeouts = timeouts
        self._retries = retries
        self._lock = threading.Lock()
        self._clients: _Clients | None = None
        self._on_their_way: dict[int, datetime] = {}
        self.asked_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Connection({'this machine' if self.is_loopback else 'Stripe'})"

    @property
    def is_loopback(self) -> bool:
        """Whether it talks to this machine, so to a simulator."""
        return self._api_base is not None and _is_loopback(self._api_base)

    @property
    def request_id(self) -> str:
        """Stripe's id of this thread's last request, "" when there was none or it was not answered."""
        return self._clients.session.request_id if self._clients is not None else ""

    @property
    def waiting_since(self) -> datetime | None:
        """See `Terminal.waiting_since`."""
        return min(tuple(self._on_their_way.values()), default=None)

    def clock_ahead(self, within: float | None = None) -> float | None:
        """See `Terminal.clock_ahead`."""
        if self._clients is None:
            return None
        dates = self._clients.session.dates
        is_old = within is not None and clock.monotonic() - dates.heard_at > within
        return None if is_old or dates.is_of_another_clock() else dates.ahead

    def check(self) -> None:
        """Raise Misconfigured when the key or the address can be seen to be wrong; asks nobody."""
        if not self._api_key.strip():
            raise Misconfigured(Fault.NO_KEY)
        if not KEY.fullmatch(self._api_key):
            raise Misconfigured(Fault.NOT_A_KEY)
        if self._api_base is not None and not _is_usable(self._api_base):
            raise Misconfigured(Fault.BAD_BASE)

    def open(self) -> None:
        """Import stripe and build the clients now, so that the first call need not wait for it."""
        self.check()
        with self._lock:
            if self._clients is None:
                self._clients = self._build()

    def call(self, pace: Pace, use: Callable[["stripe.StripeClient"], T]) -> T:
        """What `use` makes of the client; raises TerminalError alone, whatever goes wrong with Stripe."""
        self.open()
        assert self._clients is not None
        import stripe

        session, client = self._clients.session, self._clients.by_pace[pace]
        session.unanswered = 0
        self._on_their_way[threading.get_ident()] = self.asked_at = clock.now()
        try:
            return use(client)
        except stripe.StripeError as error:
            failure = _error_from(error, self._api_key)
        except MALFORMED:
            failure = UnknownOutcome(Fault.UNREADABLE)
        finally:
            self._on_their_way.pop(threading.get_ident(), None)
        # A refusal for the rate or the key says nothing about an earlier try of this call that got no answer.
        if session.unanswered and isinstance(failure, RateLimited | Misconfigured):
            failure = UnknownOutcome(Fault.NO_ANSWER, code=failure.code, request_id=failure.request_id)
        # Raised outside of the except blocks, so that the library's exception is not chained to it.
        raise failure

    def _build(self) -> "_Clients":
        import stripe

        stripe.enable_telemetry = False  # it would leave a file in the user's config directory
        warnings.filterwarnings("ignore", module=r"stripe\b")  # its notices would be printed over the screen
        logging.getLogger("stripe").setLevel(
            logging.WARNING
        )  # below it, whole bodies are logged, with secrets
        session = _SessionPerThread(_Dates(), environment=not self.is_loopback)

        def client(pace: Pace) -> stripe.StripeClient:
            return stripe.StripeClient(
                self._api_key,
                stripe_version=API_VERSION,
                base_addresses={"api": self._api_base} if self._api_base else {},
                max_network_retries=0 if pace is Pace.PROCESS else self._retries,
                http_client=stripe.RequestsClient(
                    timeout=(self._timeouts.connect, getattr(self._timeouts, pace.value)),
                    session=cast("requests.Session", session),  # stripe calls its request and close, no more
                ),
            )

        return _Clients(session, {pace: client(pace) for pace in Pace})


class _Clients(NamedTuple):
    session: "_SessionPerThread"
    by_pace: "dict[Pace, stripe.StripeClient]"


class _Dates:
    """How far this host's clock is ahead of Stripe's, as the answers' ``Date`` says; all threads share it."""

    def __init__(self) -> None:
        self.ahead: float | None = None
        self.heard_at = 0.0
        self._host_began = 0.0

    def heard(self, date: str, asked: datetime, answered: datetime) -> None:
        """Compare; a slow answer, and the second that the header leaves off, are no difference."""
        try:
            said = parsedate_to_datetime(date)
        except ValueError:
            return
        if said.tzinfo is None:
            return
        self.heard_at, self._host_began = clock.monotonic(), _host_began()
        early, late = (asked - said).total_seconds() - 1, (answered - said).total_seconds()
        self.ahead = early if early > 0 else min(0.0, late)

    def is_of_another_clock(self) -> bool:
        """Whether this host's clock was set since, so that what was heard before says nothing of it."""
        return abs(_host_began() - self._host_began) > WAS_SET


def _host_began() -> float:
    """What this host's clock showed when the one began that nobody sets: other, once it was set itself."""
    return clock.host().timestamp() - clock.awake_and_asleep()


class _SessionPerThread(threading.local):
    """Stands where stripe expects a requests.Session: gives each thread its own, counts tries without answer.

    The three clients share it, so that a thread needs one connection, not three.
    """

    def __init__(self, dates: "_Dates", *, environment: bool) -> None:
        import requests

        self.unanswered = 0
        self.request_id = ""
        self.dates = dates
        self._session = requests.Session()
        self._session.trust_env = environment  # HTTP_PROXY would otherwise catch calls to this machine too
        self._session.auth = _keep_headers  # else a default entry in ~/.netrc replaces the key

    def request(self, method: str, url: str, **options: Any) -> "requests.Response":
        self.unanswered += 1
        self.request_id = ""
        what, began, asked = f"{method.upper()} {urlsplit(url).path}", clock.monotonic(), clock.host()
        try:
            response = self._session.request(method, url, allow_redirects=False, **options)
        except OSError as error:  # every one of requests' own is one
            log.warning("%s: %s after %s", what, type(error).__name__, _since(began))
            raise
        self.request_id = response.headers.get("Request-Id", "")
        if self.request_id:  # else a proxy may have answered, whose time is nobody's concern
            self.dates.heard(response.headers.get("Date", ""), asked, clock.host())
        level = logging.DEBUG if method.upper() == "GET" else logging.INFO
        log.log(
            level if response.ok else logging.WARNING,
            "%s: %d in %s, %s",
            what,
            response.status_code,
            _since(began),
            self.request_id or "no request id",
        )
        if response.status_code < SERVER_FAULTS and response.status_code != HTTPStatus.CONFLICT:
            self.unanswered -= 1
        return response

    def close(self) -> None:
        self._session.close()


def _since(began: float) -> str:
    return f"{(clock.monotonic() - began) * 1000:.0f} ms"


def _keep_headers(request: "requests.PreparedRequest") -> "requests.PreparedRequest":
    return request


def _error_from(error: "stripe.StripeError", api_key: str) -> TerminalError:
    import stripe

    if isinstance(error, stripe.APIConnectionError):
        return UnknownOutcome(_network_fault(error.__cause__))
    body = error.json_body
    detail = body.get("error") if isinstance(body, dict) else None
    if not isinstance(detail, dict):
        return UnknownOutcome(Fault.UNREADABLE, request_id=error.request_id or "")
    return error_for(
        error.http_status or 0,
        error_type=str(detail.get("type") or ""),
        code=str(detail.get("code") or ""),
        decline_code=str(detail.get("decline_code") or ""),
        message=str(detail.get("message") or "").replace(api_key, "***"),
        param=str(detail.get("param") or ""),
        request_id=error.request_id or "",
        intent=_intent_in(detail),
    )


def _network_fault(cause: BaseException | None) -> Fault:
    import requests

    table: tuple[tuple[type[BaseException], Fault], ...] = (
        (requests.exceptions.SSLError, Fault.BAD_CERTIFICATE),
        (requests.exceptions.ConnectTimeout, Fault.NO_CONNECTION),
        (requests.exceptions.Timeout, Fault.NO_ANSWER),
    )
    return next((fault for kind, fault in table if isinstance(cause, kind)), Fault.NO_CONNECTION)


def _intent_in(detail: dict[str, Any]) -> Intent | None:
    """The payment that Stripe embeds in a refusal; an unreadable one must not hide the refusal."""
    try:
        return intent_from(detail["payment_intent"])
    except MALFORMED:
        return None


def _is_usable(api_base: str) -> bool:
    """A bare http(s)://host[:port]; the key travels without TLS only inside this machine."""
    try:
        parts = urlsplit(api_base)
        port = parts.port  # raises ValueError when it is no number
    except ValueError:
        return False
    bare = f"{parts.scheme}://{parts.netloc}" == api_base and "@" not in api_base and api_base.isprintable()
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(api_base))
    return bare and safe and bool(parts.hostname) and port != 0


def _is_loopback(api_base: str) -> bool:
    try:
        host = urlsplit(api_base).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
