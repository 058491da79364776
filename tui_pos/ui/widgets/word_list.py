"""The words that work in this state, with their keys and what they do; shown while a slash is typed."""

from collections.abc import Iterable

from tui_pos.ui.input import keys
from tui_pos.ui.input.acts import Act, Offer
from tui_pos.ui.widgets.line_list import Column, Line, Listing


class WordList(Listing):
    """Filtered as one types; the chosen word is what Enter does."""

    def __init__(self) -> None:
        super().__init__(
            Column(12), Column(6), Column(), numbered=False, empty="No such word works here.", id="words"
        )

    def show_words(self, offers: Iterable[Offer], typed: str) -> None:
        """List the words of ``offers`` that begin with what is ``typed`` behind the slash."""
        typed_word, space, _ = typed.lower().partition(" ")
        fitting = [
            (command, act)
            for act in offers
            if isinstance(act, Act) and (command := keys.BY_NAME[act.command]).word.startswith(typed_word)
            if command.word and (not space or command.word == typed_word)
        ]
        self.set_lines([_line(*pair) for pair in sorted(fitting, key=lambda pair: pair[0].word)])

    @property
    def chosen_word(self) -> str:
        """The word that Enter gives; '' where none fits."""
        line = self.chosen
        return line.key if line is not None else ""


def _line(command: keys.Command, act: Act) -> Line:
    key = keys.shown_key(command.name) if command.keys else ""
    return Line((f"/{command.word}", key, act.told), key=command.word)
