"""``python -m tui_pos`` is ``tui-pos``."""

import sys

from tui_pos.cli import main

sys.exit(main())
