"""A screen that is painted once when it opens; Textual does it twice, and over SSH each is 3,000 bytes."""

from typing import TypeVar

from textual.geometry import Size
from textual.screen import Screen

R = TypeVar("R")


class PaintedOnce(Screen[R], inherit_bindings=False):
    """Where all of it is to be painted, its layout does not paint what it moved beforehand."""

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        if not self._repaint_required:
            super()._refresh_layout(size, scroll)
            return
        with self.app.batch_update():
            super()._refresh_layout(size, scroll)
