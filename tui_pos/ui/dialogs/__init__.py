"""Questions on top of a screen, answered with a typed result by Enter, Esc and function keys."""
