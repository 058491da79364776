"""django-program's conference and its speakers (the speakers' discounts need them)."""

from peewee import BooleanField, CharField, DateField, IntegerField, TextField

from tui_pos.data.base import Table, foreign_key, now, positive
from tui_pos.data.fields import money_column, time_column
from tui_pos.data.tables.auth import User


class Conference(Table):
    """One event. Its Stripe and accounting secrets are encrypted by the web site and not read here."""

    name = CharField(200)
    slug = CharField(200, unique=True)
    start_date = DateField()
    end_date = DateField()
    timezone = CharField(100, default="UTC")
    venue = CharField(300, default="")
    address = CharField(500, default="")
    website_url = CharField(200, default="")
    pretalx_event_slug = CharField(200, default="")
    stripe_secret_key = TextField(null=True)
    stripe_publishable_key = TextField(null=True)
    stripe_webhook_secret = TextField(null=True)
    qbo_access_token = TextField(null=True)
    qbo_client_id = CharField(200, default="")
    qbo_client_secret = TextField(null=True)
    qbo_realm_id = CharField(200, default="")
    qbo_refresh_token = TextField(null=True)
    qbo_token_expires_at = time_column(null=True)
    is_active = BooleanField(default=True)
    total_capacity = positive("total_capacity")
    grant_budget = money_column(null=True)
    revenue_budget = money_column(null=True)
    target_attendance = positive("target_attendance", default=None, null=True)
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "program_conference_conference"


class Speaker(Table):
    """A speaker as synchronised from pretalx."""

    conference = foreign_key(Conference)
    conference_id: int
    user = foreign_key(User, null=True)
    user_id: int | None
    pretalx_code = CharField(100)
    name = CharField(300)
    biography = TextField(default="")
    avatar_url = CharField(200, default="")
    email = CharField(254, default="")
    synced_at = time_column(null=True)
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "program_pretalx_speaker"
        indexes = ((("conference", "pretalx_code"), True),)


class Talk(Table):
    """A talk; only who gives it matters here."""

    conference = foreign_key(Conference)
    conference_id: int
    pretalx_code = CharField(100)
    title = CharField(500)
    abstract = TextField(default="")
    description = TextField(default="")
    submission_type = CharField(200, default="")
    track = CharField(200, default="")
    duration = positive("duration", default=None, null=True)
    state = CharField(50, default="")
    room_id = IntegerField(null=True)
    slot_start = time_column(null=True)
    slot_end = time_column(null=True)
    synced_at = time_column(null=True)
    created_at = time_column(default=now)
    updated_at = time_column(default=now)
    tags = TextField(default="[]")

    class Meta:
        table_name = "program_pretalx_talk"
        indexes = ((("conference", "pretalx_code"), True),)


class TalkSpeaker(Table):
    """Who gives a talk."""

    talk = foreign_key(Talk)
    talk_id: int
    speaker = foreign_key(Speaker)
    speaker_id: int

    class Meta:
        table_name = "program_pretalx_talk_speakers"
        indexes = ((("talk", "speaker"), True),)
