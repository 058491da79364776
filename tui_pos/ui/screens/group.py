"""The group: everybody on one order, ticked and let in together."""

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult

from tui_pos.core.scan import Scan, printable
from tui_pos.desk.checkin.group import Group, GroupPass, Member, check_in_group, group_of
from tui_pos.desk.context import Desk
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, numbers
from tui_pos.ui.messages import attendee as said
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.checkin import without_name
from tui_pos.ui.messages.verdicts import words
from tui_pos.ui.widgets.banner import Banner, BannerText
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Sentence
from tui_pos.ui.widgets.scan_input import Prompt
from tui_pos.ui.widgets.signs import sign, signed, style

TICKED, NOT_TICKED = "[x]", "[ ]"


class GroupScreen(DeskScreen[Scan]):
    """Who is expected is ticked from the start, and whoever may come in can be.

    Left with what was scanned: the next person.
    """

    PROMPT = Prompt(placeholder="a number ticks or unticks; scan the next badge")

    def __init__(self, desk: Desk, code: str) -> None:
        super().__init__(desk)
        self._code = code
        self._group: Group | None = None
        self._ticked: set[str] = set()
        self._banner = Banner()
        self._why_not = Sentence(id="why")
        self._why_not.display = False
        self._list = LineList(Column(3), Column(), Column(4), Column(26), Column(12), by_arrow=True)

    def compose_body(self) -> ComposeResult:
        yield self._banner
        yield self._why_not
        yield self._list

    def on_mount(self) -> None:
        self._load(first=True)

    def _load(self, *, first: bool) -> None:
        self.ask(partial(group_of, self.desk, self._code), partial(self._show, first=first), hold=True)

    def _show(self, group: Group, *, first: bool) -> None:
        self._group = group
        self._ticked = {_key(each) for each in group.members if each.is_expected} if first else set()
        self._draw(by_itself=not first)

    def _draw(self, *, by_itself: bool = False) -> None:
        assert self._group is not None
        members = self._group.members
        inside = sum(each.attendee.first_check_in is not None for each in members)
        facts = (said.are_in(inside, len(members)), self._unnamed())
        self._banner.tell(
            BannerText(
                tone=Tone.OK if inside == len(members) else Tone.PLAIN,
                word=said.group_of(len(members)),
                about=self._group.reference,
                fact=", ".join(filter(None, facts)),
            )
        )
        self._list.set_lines([self._line(each) for each in members])
        self.refresh_hints(by_itself=by_itself)

    def _unnamed(self) -> str:
        return without_name(self._group.unnamed) if self._group is not None and self._group.unnamed else ""

    def _line(self, member: Member) -> Line:
        verdict = member.attendee.verdict
        tick = (TICKED if _key(member) in self._ticked else NOT_TICKED) if member.may_come_in else ""
        left = f"{member.left} to fetch" if member.left else ""
        chip = (sign(verdict.tone), style(verdict.tone))
        return Line((tick, member.attendee.name, chip, words(verdict).word, left), key=_key(member))

    def acts(self) -> Sequence[Offer]:
        if self._group is None:
            return (Act("back", self.leave),)
        if self._ticked:
            confirm = Act("confirm", self._let_in, said.let_in(len(self._ticked)))
        else:
            confirm = Act("confirm", self.navigator.go_home, "next person")
        next_one = Act("next", self.navigator.go_home, off_bar=True)
        return (confirm, *self._picks(), Act("back", self.leave), next_one, Move(self._list.move))

    def _picks(self) -> Sequence[Pick]:
        """The numbers in sight of those who can be let in, next to each other."""
        may = {_key(each) for each in self._members if each.may_come_in}
        picks: list[Pick] = []
        for number, key in enumerate(self._list.numbered_keys, start=1):
            if key not in may:
                continue
            if picks and picks[-1].numbers[-1] == number - 1:
                picks[-1] = Pick(range(picks[-1].numbers[0], number + 1), self._tick, "tick")
            else:
                picks.append(Pick(numbers(1, number), self._tick, "tick"))
        return picks

    @property
    def _members(self) -> tuple[Member, ...]:
        return self._group.members if self._group is not None else ()

    def _tick(self, number: int) -> None:
        line = self._list.numbered_line(number)
        if line is not None:
            self._ticked ^= {line.key}
            self._draw()

    def _let_in(self) -> None:
        codes = [_key(each) for each in self._members if _key(each) in self._ticked]
        self.ask(partial(check_in_group, self.desk, codes), self._went_in, hold=True)

    def _went_in(self, passed: tuple[GroupPass, ...]) -> None:
        # As they were listed: a code that died meanwhile is nobody's any more.
        names = {_key(each): each.attendee.name for each in self._members}
        refused = {names[each.code]: each.refusal for each in passed if each.refusal is not None}
        why = " ".join(f"{printable(name, 40)}: {sentence(reason)}" for name, reason in refused.items())
        self._why_not.show(signed(Tone.BAD, why))
        self._why_not.display = bool(refused)
        told = said.went_in(len(passed) - len(refused), list(refused))
        self.say(told, Tone.WARN if refused else Tone.OK, bell=bool(refused))
        self._load(first=False)

    def entered(self, scan: Scan) -> None:
        """The next person; whoever opened this looks them up."""
        self.leave(scan)


def _key(member: Member) -> str:
    return member.attendee.access_code
