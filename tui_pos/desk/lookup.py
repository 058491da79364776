"""Who a badge belongs to, what they bought and what they owe; one order by its reference."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from peewee import JOIN, Query

from tui_pos import clock, money, scan
from tui_pos.data.connection import connected
from tui_pos.data.fields import ZERO, utc
from tui_pos.data.fields import money as stored_money
from tui_pos.data.queries import Compiled, parameter
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import PAID_STATUSES, Attendee, CheckIn, Credit, CreditStatus
from tui_pos.desk import order_views
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Refused
from tui_pos.desk.permissions import Action, require
from tui_pos.desk.search import Found, resolve, search
from tui_pos.desk.verdicts import Standing, verdict
from tui_pos.desk.views import AttendeeView, CheckInView, CreditView, LineView, OrderView, Verdict
