"""The manual that ships with the program: one Markdown page a topic, its first line the title."""

from importlib.resources import files

SUFFIX = ".md"


def topics() -> dict[str, str]:
    """Every topic with the title of its page, in alphabetical order."""
    names = sorted(entry.name for entry in files(__name__).iterdir() if entry.name.endswith(SUFFIX))
    return {name.removesuffix(SUFFIX): _read(name).partition("\n")[0].lstrip("# ") for name in names}


def page(topic: str) -> str:
    """The page of a topic as Markdown. Raises KeyError for a topic that ``topics`` does not name."""
    if topic not in topics():
        raise KeyError(topic)
    return _read(f"{topic}{SUFFIX}")


def _read(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
