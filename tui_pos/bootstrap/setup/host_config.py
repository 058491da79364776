"""What the config of a host is to say, and putting that into it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tui_pos.bootstrap.setup import answers
from tui_pos.bootstrap.setup.undo import Undo
from tui_pos.core import config, files
from tui_pos.core.config import ConfigError, Settings
from tui_pos.core.config_file import Section, Value, changed
from tui_pos.desk.errors import InvalidInput

HEADER = """\
# Written by tui-pos init; config.example.toml says what else can stand here. No secret belongs in here.
"""


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """The text of the config ``file`` as it is and as it will be, and the settings that it holds then."""

    file: Path
    old: str
    new: str
    settings: Settings

    @property
    def is_needed(self) -> bool:
        """Whether anything is to be written."""
        return self.new != self.old

    def write(self, undo: Undo) -> Callable[[], None]:
        """Write it beside the config; what is answered puts it in its place. Raises ConfigError."""
        if not self.is_needed:
            return lambda: None
        undo.make_folder(files.resolved(self.file).parent)
        return undo.write(self.file, self.new)

    def refuse_overtaken(self) -> None:
        """Raise ConfigError where another has changed the config since it was read."""
        if self.is_needed and _text(self.file) not in (self.old, self.new):
            raise ConfigError(f"Somebody else has changed {self.file} at the same time: run init again.")


def planned(
    file: Path | None, slug: str | None, currency: str, said: Mapping[Section, Mapping[str, Value]]
) -> ConfigChange:
    """What the config is to say of the conference ``slug`` and of this host; nothing is written.

    Raises ConfigError, and InvalidInput for what it cannot say.
    """
    target = config.file_to_write(file)
    old = _text(target)
    host = {section: dict(settings) for section, settings in said.items()}
    if not target.exists():
        if not slug:
            raise InvalidInput("conference_required")
        host.setdefault(("conferences", slug), {})["currency"] = currency
    elif (where := host.pop(("database",), None)) and answers.url_of(
        where, config.data_home()
    ) != config.parse(target, old).database_url:
        raise InvalidInput("database_configured", where=str(target))
    _stripe_for_all(target, old, slug, host)
    new = changed(old or HEADER, host, str(target)) if host else old
    return ConfigChange(target, old, new, config.parse(target, new))


def _text(file: Path) -> str:
    return config.read_text(file) if file.exists() else ""


def _stripe_for_all(target: Path, old: str, slug: str | None, host: dict[Section, dict[str, Value]]) -> None:
    """A key takes the place of the simulator, which all conferences of a config share.

    Raises InvalidInput ``simulator_shared`` where another conference of it would change sides.
    """
    said = host.get(("conferences", slug or ""), {})
    if "stripe_secret_key_env" not in said:
        return
    before, asked = config.parse(target, old) if old else None, host.get(("stripe",))
    is_cash_only = not (said["stripe_secret_key_env"] or said.get("stripe_secret_key_file"))
    here = before.conferences.get(slug or "") if before is not None else None
    had_key = here is not None and bool(here.stripe_secret_key_env or here.stripe_secret_key_file)
    if before is None or (asked is None and had_key and not is_cash_only):
        return  # a key that the simulator takes
    base = str((asked or {}).get("api_base", ""))
    if (before.api_base or "") == base:
        return
    others = sorted(each for each in before.conferences if each != slug)
    if others:
        raise InvalidInput("simulator_shared", where=str(target), others=", ".join(others))
    host["stripe",] = {"api_base": base}
