"""Django's own tables: users, groups, permissions."""

from peewee import BooleanField, CharField

from tui_pos.data.base import Table, foreign_key, now
from tui_pos.data.fields import time_column


class User(Table):
    """Somebody with a log-in: attendee, buyer or staff."""

    password = CharField(128)
    last_login = time_column(null=True)
    is_superuser = BooleanField(default=False)
    username = CharField(150, unique=True)
    first_name = CharField(150, default="")
    last_name = CharField(150, default="")
    email = CharField(254, default="")
    is_staff = BooleanField(default=False)
    is_active = BooleanField(default=True)
    date_joined = time_column(default=now)

    class Meta:
        table_name = "auth_user"


class Group(Table):
    """A named set of permissions."""

    name = CharField(150, unique=True)

    class Meta:
        table_name = "auth_group"


class ContentType(Table):
    """The model that a permission is about."""

    app_label = CharField(100)
    model = CharField(100)

    class Meta:
        table_name = "django_content_type"
        indexes = ((("app_label", "model"), True),)


class Permission(Table):
    """One right, such as ``program_conference.use_terminal``."""

    name = CharField(255)
    content_type = foreign_key(ContentType)
    content_type_id: int
    codename = CharField(100)

    class Meta:
        table_name = "auth_permission"
        indexes = ((("content_type", "codename"), True),)


class UserGroup(Table):
    """Membership of a user in a group."""

    user = foreign_key(User)
    user_id: int
    group = foreign_key(Group)
    group_id: int

    class Meta:
        table_name = "auth_user_groups"
        indexes = ((("user", "group"), True),)


class UserPermission(Table):
    """A right given to one user directly."""

    user = foreign_key(User)
    user_id: int
    permission = foreign_key(Permission)
    permission_id: int

    class Meta:
        table_name = "auth_user_user_permissions"
        indexes = ((("user", "permission"), True),)


class GroupPermission(Table):
    """A right given to every member of a group."""

    group = foreign_key(Group)
    group_id: int
    permission = foreign_key(Permission)
    permission_id: int

    class Meta:
        table_name = "auth_group_permissions"
        indexes = ((("group", "permission"), True),)
