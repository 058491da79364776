"""Steps that tests of payments share."""

from tui_pos.terminal import Intent, Reader, Terminal

READER = "tmr_front_2"
GOOD = "4242424242424242"


def created(account: Terminal, key: str = "create-1", amount: int = 12000) -> Intent:
    return account.create_intent(amount, "usd", metadata={"tui_pos_order": "7"}, key=key)


def authorised(account: Terminal, key: str = "create-1", amount: int = 12000) -> Intent:
    intent = created(account, key, amount)
    account.process(READER, intent.id)
    account.present_card(READER, GOOD)
    return account.intent(intent.id)


def action_of(reader: Reader) -> tuple[str, str, str | None]:
    assert reader.action is not None
    return reader.action.type, reader.action.status, reader.action.intent_id


def ids(readers: list[Reader]) -> list[str]:
    return [reader.id for reader in readers]
