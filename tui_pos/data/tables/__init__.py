"""Every table, by whose it is. ``SHOP`` tables belong to django-program, ``DESK`` tables to tui-pos."""

from tui_pos.data.base import Table
from tui_pos.data.tables import auth, conditions, desk, program, registration

SHOP: tuple[type[Table], ...] = (
    auth.User,
    auth.Group,
    auth.ContentType,
    auth.Permission,
    auth.UserGroup,
    auth.UserPermission,
    auth.GroupPermission,
    program.Conference,
    program.Speaker,
    program.Talk,
    program.TalkSpeaker,
    registration.TicketType,
    registration.AddOn,
    registration.AddOnPrerequisite,
    registration.Voucher,
    registration.VoucherTicketType,
    registration.VoucherAddOn,
    registration.Cart,
    registration.CartItem,
    registration.Order,
    registration.OrderLine,
    registration.Payment,
    registration.TerminalPayment,
    registration.Credit,
    registration.Attendee,
    registration.CheckIn,
    registration.ProductRedemption,
    conditions.TimeOrStockCondition,
    conditions.SpeakerCondition,
    conditions.GroupCondition,
    conditions.IncludedProductCondition,
    conditions.ProductDiscount,
    conditions.CategoryDiscount,
    *conditions.TICKET_SCOPES.values(),
    *conditions.ADDON_SCOPES.values(),
    conditions.GROUPS_OF_CONDITION,
    conditions.ENABLING_TICKETS,
)

DESK: tuple[type[Table], ...] = (
    desk.SchemaVersion,
    desk.Station,
    desk.Sale,
    desk.Attempt,
    desk.AttemptEvent,
    desk.Refund,
    desk.Lease,
)
