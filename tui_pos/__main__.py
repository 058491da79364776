"""``python -m tui_pos`` is ``tui-pos``."""

import sys

# Python puts the current directory first for -m: what lies there (a sqlite3.py) must not be imported.
if not sys.flags.safe_path:
    del sys.path[0]

from tui_pos.cli import main

sys.exit(main())
