"""From bytes to keys: what terminals answer is swallowed whole, wherever a read cuts it."""

from codecs import getincrementaldecoder

import pytest
from textual import events

from tui_pos.ui.input.terminal_keys import STRING_LIMIT, UNFINISHED, TerminalKeys

REPLIES = {
    "primary attributes": b"\x1b[?62;1;6;22c",
    "secondary attributes": b"\x1b[>1;5202;0c",
    "tertiary attributes": b"\x1bP!|00000000\x1b\\",
    "status": b"\x1b[0n",
    "colour scheme": b"\x1b[?997;1n",
    "cursor": b"\x1b[24;80R",
    "cursor at the first place": b"\x1b[1;1R",
    "cursor and page": b"\x1b[?24;80;1R",
    "mode": b"\x1b[4;1$y",
    "private mode": b"\x1b[?2048;2$y",
    "kitty flags": b"\x1b[?25u",
    "size": b"\x1b[8;24;80t",
    "size in band": b"\x1b[48;24;80;600;800t",
    "parameters": b"\x1b[2;1;1;112;112;1;0x",
    "focus": b"\x1b[I",
    "mouse": b"\x1b[M !!",
    "mouse by numbers": b"\x1b[<0;33;14M",
    "colour": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    "palette": b"\x1b]4;1;rgb:cdcd/0000/0000\x07",
    "clipboard": b"\x1b]52;c;" + b"SGVsbG8h" * 8 + b"\x07",
    "title": b"\x1b]ltui-pos\x1b\\",
    "version": b"\x1bP>|XTerm(388)\x1b\\",
    "setting": b"\x1bP1$r0m\x1b\\",
    "capability": b"\x1bP1+r544e=787465726d\x1b\\",
    "graphics": b"\x1b_Gi=31;OK\x1b\\",
    "privacy message": b"\x1b^text\x1b\\",
    "eight bits": "\x9b?62;1c".encode(),
    "eight-bit string": "\x9d11;rgb:0/0/0\x9c".encode(),
    "eight-bit device string": "\x90>|XTerm(388)\x9c".encode(),
}


def keys_of(*reads: bytes) -> list[str]:
    """The names of the keys that ``reads`` mean, one read soon after the other."""
    keys, decode = TerminalKeys(), getincrementaldecoder("utf-8")("replace").decode
    found = [message for read in reads for message in keys.feed(decode(read), 0.0)]
    found += keys.feed("", UNFINISHED)
    return [message.key for message in found if isinstance(message, events.Key)]


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_a_reply_is_swallowed_between_keys_wherever_it_is_cut(reply: bytes) -> None:
    for cut in range(len(reply)):
        assert keys_of(b"a" + reply[:cut], reply[cut:] + b"b") == ["a", "b"], cut


KEYS = {
    b"\x1bOR": "f3",
    b"\x1b[13~": "f3",
    b"\x1b[[A": "f1",
    b"\x1b[[C": "f3",
    b"\x1b[[E": "f5",
    b"\x1b[24~": "f12",
    b"\x1b[B": "down",
    b"\x1bOM": "enter",
    b"\x1b[13u": "enter",
    b"\x1b[97;1;97u": "a",
    b"\x1b[6~": "pagedown",
    b"\x1b": "escape",
}


@pytest.mark.parametrize("sequence", KEYS, ids=repr)
def test_a_key_stays_a_key_wherever_it_is_cut(sequence: bytes) -> None:
    for cut in range(len(sequence)):
        assert keys_of(sequence[:cut], sequence[cut:]) == [KEYS[sequence]], cut
    assert keys_of(*(sequence[place : place + 1] for place in range(len(sequence)))) == [KEYS[sequence]]


@pytest.mark.parametrize("text", ["Z7", "7ABC", "/quit", "mno", "(B"])
def test_text_behind_escape_in_one_read_stays_whole(text: str) -> None:
    keys = TerminalKeys()
    found = [message for message in keys.feed(f"\x1b{text}", 0.0) if isinstance(message, events.Key)]
    assert found[0].key == "escape"
    assert "".join(message.character or "" for message in found[1:]) == text


def line_of(*reads: str, apart: float = 0.05) -> str:
    """What the keys of ``reads`` spell; Esc and Enter by their names in brackets."""
    keys, found = TerminalKeys(), []
    for place, read in enumerate(reads):
        found += keys.feed(read, place * apart)
    found += keys.feed("", len(reads) * apart + UNFINISHED)
    spelt = [message for message in found if isinstance(message, events.Key)]
    return "".join((key.is_printable and key.character) or f"<{key.key}>" for key in spelt)


@pytest.mark.parametrize("line_end", ["\r", "\n", "\t"])
@pytest.mark.parametrize("first", [*map(chr, range(0x21, 0x5B)), *"\\]^_`amoz{~é"])
def test_a_line_behind_escape_stays_whole_whatever_it_begins_with(first: str, line_end: str) -> None:
    end = {"\r": "<enter>", "\n": "<ctrl+j>", "\t": "<tab>"}[line_end]
    line = f"{first}XK123"
    for cut in (1, 3, len(line)):
        assert line_of("\x1b", line[:cut], f"{line[cut:]}{line_end}") == f"<escape>{line}{end}", cut
    assert line_of("\x1b", f"{line}{line_end}") == f"<escape>{line}{end}"
    if first != "O":
        assert line_of(f"\x1b{line}{line_end}") == f"<escape>{line}{end}"


@pytest.mark.parametrize(
    "code", ["OLGA", "OWEN2026", "ORD-ABCDEFGH", "OPEN", "PAULA", "XK123", "_id", "OA", "OR1"]
)
def test_a_code_that_is_scanned_right_behind_escape_stays_whole(code: str) -> None:
    expected = f"<escape>{code}<enter>"
    assert line_of("\x1b", f"{code}\r") == expected or code == "OA"  # which is an arrow


@pytest.mark.parametrize("begin", ["P", "X", "^", "_", "]"])
def test_what_is_too_long_for_a_line_is_swallowed_with_its_end(begin: str) -> None:
    assert line_of(f"\x1b{begin}{'x' * 500}\ra") == "a"
    assert line_of(f"\x1b{begin}", "x" * 500, "\r", "a") == "a"


def test_a_key_and_text_in_one_read_stay_apart() -> None:
    assert line_of("\x1bOQshirt\r") == "<f2>shirt<enter>"
    assert line_of("\x1b", "OQ", "shirt\r") == "<f2>shirt<enter>"
    assert line_of("\x1b", "OQshirt\r", apart=0.001) == "<f2>shirt<enter>"
    assert line_of("\x1b", "OQ\r") == "<f2><enter>"


def test_bytes_that_are_no_text_are_characters_that_nobody_knows() -> None:
    keys, decode = TerminalKeys(), getincrementaldecoder("utf-8")("replace").decode
    found = keys.feed(decode(b"K\xff7"), 0.0)
    assert [getattr(message, "character", None) for message in found] == ["K", "\ufffd", "7"]


@pytest.mark.parametrize("end", ["\x1b\\", "\r", ""])
def test_an_answer_that_is_too_long_for_one_is_swallowed_and_counted(end: str) -> None:
    keys = TerminalKeys()
    for read in ("\x1b]52;c;", *["x" * 1000] * (STRING_LIMIT // 1000 + 1), end):
        if read:
            assert [event for event in keys.feed(read, 0.0) if getattr(event, "character", "") == "x"] == []
    keys.feed("", UNFINISHED)
    assert keys.refused > STRING_LIMIT
