# ruff: noqa: RUF001  # letters that look alike are what this is about
"""One key for stored and typed text: what is the same name, and what is not."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_pos.core import folding
from tui_pos.core.folding import Wanted, fold, wanted

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FFF), max_size=30) | st.text(max_size=20)

VARIANTS: tuple[Callable[[str], str], ...] = (
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: f"  {text}\u200b\ufeff ",
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: text.replace(" ", ", "),
    lambda text: f"“{text}”",
    lambda text: text.translate(FULL_WIDTH),
    str.casefold,
)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Tomás", "tomas"),
        ("Ñúñez", "NÚÑEZ"),
        ("Núñez", "Nu\u0301n\u0303ez"),
        ("Siobhán O'Brien", "siobhan o’brien"),
        ("O'Brien", "Oʼbrien"),
        ("Jean-Luc", "jean luc"),
        ("Jean-Luc", "Jean‑Luc"),
        ("noor", "ｎｏｏｒ"),
        ("Łukasz Wójcik", "lukasz wojcik"),
        ("Søren Ærø", "SOREN AERO"),
        ("Weiß", "WEISS"),
        ("Weiß", "WEIẞ"),
        ("Đorđe", "dorde"),
        ("Þóra", "thora"),
        ("Yıldız", "YILDIZ"),
        ("İpek", "ipek"),
        ("Œuvre", "oeuvre"),
        ("Ｋｏ\u00adnrad", "konrad"),
        ("ﬁona", "Fiona"),
        ("Ёлка Йорк", "елка иорк"),
        ("Ὀδυσσεύς", "ΟΔΥΣΣΕΥΣ"),
        ("علی\u200cرضا", "عليرضا"),
        ("أحمد", "احمد"),
        ("محمّد", "محمد"),
        ("שָׁלוֹם", "שלום"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("김철수", unicodedata.normalize("NFD", "김철수")),
        ("٣٤", "34"),
        ("Ⅳ", "iv"),
        ("Mary & Ann", "mary ann"),
    ],
)
def test_one_name_in_two_spellings(stored: str, typed: str) -> None:
    assert fold(stored) == fold(typed) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jean Luc", "Luc Jean"), ("カ", "ガ"), ("हिन्दी", "हन्द"), ("李", "里"), ("Ann", "Anne"), ("ก้า", "กา")],
)
def test_two_names_stay_two(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert fold(one)


@pytest.mark.parametrize("text", ["", " ", "-", "%_*?'\"", "\u200b\u200d", "\u3164", "\x00\x1b"])
def test_what_holds_no_word(text: str) -> None:
    assert fold(text) == ""
    assert wanted(text) == ()


@given(NAMES)
def test_folding_twice_changes_nothing(name: str) -> None:
    folded = fold(name)
    assert fold(folded) == folded
    assert folded == " ".join(folded.split())
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in folded)


@given(NAMES, st.sampled_from(VARIANTS))
def test_a_variant_folds_alike(name: str, variant: Callable[[str], str]) -> None:
    assert fold(variant(fold(name))) == fold(name)


@given(NAMES)
def test_case_makes_no_difference(name: str) -> None:
    assert fold(name.upper()) == fold(name.upper().lower())


@given(NAMES, st.data())
def test_the_pieces_of_a_part_are_among_those_of_the_whole(name: str, data: st.DataObject) -> None:
    folded = fold(name)
    for word in folded.split():
        start = data.draw(st.integers(0, len(word) - 1))
        part = word[start:] if folding.is_anywhere(word[start:]) else word[:2]
        assert folding.pieces_of(part) <= folding.pieces([folded]), (word, part)


def test_an_address_is_one_thing_and_words_are_several() -> None:
    assert wanted("Noor Lindqvist") == (Wanted(words=("noor", "lindqvist"), whole="lindqvist noor"),)
    (by_address,) = wanted("<NOOR＠Example.org>,")
    assert by_address == Wanted(addresses=("noor@example.org",), whole="noor@example.org")
    assert wanted("mailto:noor@example.org") == (by_address,)
    assert wanted('"Noor L." <noor@example.org>') == (by_address, Wanted(words=("noor", "l"), whole="l noor"))
    (both,) = wanted("noor @example.org")
    assert (both.words, both.addresses) == (("noor",), ("@example.org",))


def test_more_words_than_help_are_left_out() -> None:
    (found,) = wanted(" ".join(f"w{number}" for number in range(50)))
    assert len(found.words) == folding.MAX_WORDS


def test_umlauts_have_two_spellings() -> None:
    assert folding.spellings("Jörg Müller") == "jorg muller joerg mueller"
    assert folding.spellings("Søren Åberg") == "soren aberg soeren aaberg"
    assert folding.spellings("Mueller") == "mueller"
