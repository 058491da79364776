"""Reconciliation: finish what was interrupted, then compare the books with what Stripe lists.

Everything here may run twice, at once, anywhere: payments are driven under their lease, an extra intent is
cancelled only while it holds no captured money, and captured money is only reported.
"""

from tui_pos.desk.reconciliation.mismatches import Mismatch, Reconciled
from tui_pos.desk.reconciliation.runs import WINDOW, run

__all__ = ["WINDOW", "Mismatch", "Reconciled", "run"]
