"""The idempotency store: a POST sent again with its key gets the first answer again, for a day."""

import hashlib

from tui_pos.simulator.api.authentication import Credentials
from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.errors import ApiError, Json

KEPT_SECONDS = 24 * 3600
MAX_KEY = 255


class IdempotencyKeys:
    """Answers by account, mode and key, and the keys whose first request still runs."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._running: set[str] = set()

    def begin(self, credentials: Credentials, key: str, fingerprint: str) -> Json | None:
        """The stored answer, or None when the request must run; then ``end`` must follow.

        Raises ApiError when the key was used for another request or its first request still runs.
        """
        if len(key) > MAX_KEY:
            raise ApiError(f"Idempotency-Key has at most {MAX_KEY} characters.", executed=False)
        slot = _slot(credentials, key)
        if slot in self._running:
            message = "There is another request in progress with this idempotency key."
            raise ApiError(message, "idempotency_key_in_use")
        answer = self._account.store.get("answer", slot)
        if answer is None or answer["created"] + KEPT_SECONDS <= self._account.now():
            self._running.add(slot)
            return None
        if answer["fingerprint"] != fingerprint:
            message = (
                "Keys for idempotent requests can only be used with the same method, path and parameters "
                f"they were first used with. Use another key than '{key}' for another request."
            )
            raise ApiError(message, kind="idempotency_error", executed=False)
        return answer

    def keep(self, credentials: Credentials, key: str, answer: Json) -> None:
        """Store what a request answered: its ``fingerprint``, ``status``, ``body`` and ``request`` id."""
        created = {"created": self._account.now()}
        self._account.store.put("answer", _slot(credentials, key), created | answer)

    def end(self, credentials: Credentials, key: str) -> None:
        """The request with this key no longer runs."""
        self._running.discard(_slot(credentials, key))

    def purge(self) -> None:
        """Drop the answers that are too old to be given again."""
        oldest = self._account.now() - KEPT_SECONDS
        for slot, answer in list(self._account.store.all("answer").items()):
            if answer["created"] <= oldest:
                self._account.store.delete("answer", slot)


def fingerprint(method: str, path: str, form: str) -> str:
    """What must be the same for a key to be used again; the order of parameters does not matter."""
    return hashlib.sha256("\n".join([method, path, *sorted(form.split("&"))]).encode()).hexdigest()


def _slot(credentials: Credentials, key: str) -> str:
    return f"{credentials.account_id} {credentials.livemode} {key}"
