"""The driver's parts: a parser that no byte stops, an output that nothing blocks."""

import os
import select
from codecs import getincrementaldecoder
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_pos.ui.input.driver import BACKLOG_LIMIT, TerminalOutput
from tui_pos.ui.input.terminal_keys import TerminalKeys

FRAGMENTS = st.sampled_from(
    [
        b"\x1b",
        b"\x1b[",
        b"[",
        b"u",
        b"~",
        b";",
        b":",
        b"R",
        b"M",
        b"m",
        b"<",
        b"?",
        b"$y",
        b"t",
        b"\x1b[200~",
        b"9999999",
    ]
)
NOISE = st.lists(
    st.one_of(FRAGMENTS, st.binary(max_size=4), st.integers(0, 2**32).map(lambda n: str(n).encode()))
)


@given(NOISE)
def test_no_bytes_stop_the_parser(noise: list[bytes]) -> None:
    keys = TerminalKeys()
    decode = getincrementaldecoder("utf-8")("replace").decode
    for chunk in noise:
        keys.feed(decode(chunk), 0.0)
    keys.feed("", 10.0)
    typed = [getattr(event, "character", None) for event in keys.feed("K7", 10.0)]
    assert typed == ["K", "7"]


def test_what_is_written_arrives_in_order_whatever_it_is() -> None:
    reader, writer = os.pipe()
    output = TerminalOutput(writer, lambda: None)
    output.write("first ")
    output.write("sec\ud800nd")
    output.close()
    os.close(writer)
    assert os.read(reader, 100) == b"first sec?nd"
    os.close(reader)


@pytest.mark.parametrize("blocking", [True, False])
def test_a_blocked_terminal_blocks_nobody_and_asks_for_a_repaint_when_it_takes_bytes_again(
    blocking: bool,
) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, blocking)
    drained = Event()
    output = TerminalOutput(writer, drained.set)
    frame = "x" * 8_192
    for _ in range(2 * BACKLOG_LIMIT // len(frame)):
        output.write(frame)
    taken = 0
    while not drained.is_set():
        if select.select([reader], [], [], 0.05)[0]:
            taken += len(os.read(reader, 65_536))
    assert taken <= BACKLOG_LIMIT
    output.close()
    os.close(writer)
    os.close(reader)


def test_a_dead_terminal_ends_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    output = TerminalOutput(writer, lambda: None)
    output.write("to nobody")
    output.write("to nobody")
    output.close()
    os.close(writer)
