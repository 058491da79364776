"""Holding the books against Stripe: finish what was interrupted, then sweep Stripe for what the books lack.

Everything here may run twice, at once, anywhere: payments are driven under their lease, an extra intent is
cancelled only while it holds no captured money, and captured money is never touched, only told.
"""

from tui_pos.desk.reconciliation.mismatches import Mismatch, Reconciled
from tui_pos.desk.reconciliation.runs import WINDOW, run

__all__ = ["WINDOW", "Mismatch", "Reconciled", "run"]
