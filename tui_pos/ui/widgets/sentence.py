"""Two rows for a sentence that may be long."""

from tui_pos.ui.widgets.row import Row


class Sentence(Row):
    """Wraps at the width of the screen; what would need a third row is cut."""

    DEFAULT_CSS = "Sentence { height: 2; width: 1fr; }"
