"""Signing in at a desk with the web site's user name and password."""

from tui_pos.desk.context import Staff


def sign_in(username: str, secret: str) -> Staff:
    """The staff member with this user name (exact) and password.

    Raises NotPermitted: the same sentence for an unknown user, a wrong password and an inactive user, another
    one for somebody who may not use a desk. Takes as long as a password check in every case.
    ``last_login`` stays as it is: it is the web site's, and no web session begins here.
    """
    raise NotImplementedError
