"""The idempotency store: a POST sent again with its key gets the first answer again, for a day."""

import hashlib

from tui_pos.simulator.api.authentication import Holder
from tui_pos.simulator.api.errors import ApiError, Json
from tui_pos.simulator.engine.accounts import World

KEPT_FOR = 24 * 3600
MAX_KEY = 255


class Keys:
    """Answers by account, mode and key, and the keys whose first request still runs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._running: set[str] = set()

    def begin(self, holder: Holder, key: str, fingerprint: str) -> Json | None:
        """The stored answer, or None when the request must run; then ``end`` must follow.

        Raises ApiError when the key was used for another request or its first request still runs.
        """
        if len(key) > MAX_KEY:
            raise ApiError(f"Idempotency-Key has at most {MAX_KEY} characters.", executed=False)
        slot = _slot(holder, key)
        if slot in self._running:
            message = "There is another request in progress with this idempotency key."
            raise ApiError(message, "idempotency_key_in_use")
        answer = self._world.store.get("answer", slot)
        if answer is None or answer["created"] + KEPT_FOR <= self._world.now():
            self._running.add(slot)
            return None
        if answer["fingerprint"] != fingerprint:
            message = (
                "Keys for idempotent requests can only be used with the same method, path and parameters "
                f"they were first used with. Use another key than '{key}' for another request."
            )
            raise ApiError(message, kind="idempotency_error", executed=False)
        return answer

    def keep(
        self, holder: Holder, key: str, fingerprint: str, request_id: str, status: int, body: str
    ) -> None:
        """Store what the request answered."""
        answer = {
            "created": self._world.now(),
            "fingerprint": fingerprint,
            "status": status,
            "body": body,
            "request": request_id,
        }
        self._world.store.put("answer", _slot(holder, key), answer)

    def end(self, holder: Holder, key: str) -> None:
        """The request with this key no longer runs."""
        self._running.discard(_slot(holder, key))

    def purge(self) -> None:
        """Drop the answers that are too old to be given again."""
        oldest = self._world.now() - KEPT_FOR
        for slot, answer in list(self._world.store.all("answer").items()):
            if answer["created"] <= oldest:
                self._world.store.delete("answer", slot)


def fingerprint(method: str, path: str, form: str) -> str:
    """What must be the same for a key to be used again; the order of parameters does not matter."""
    return hashlib.sha256("\n".join([method, path, *sorted(form.split("&"))]).encode()).hexdigest()


def _slot(holder: Holder, key: str) -> str:
    return f"{holder.account} {holder.livemode} {key}"
