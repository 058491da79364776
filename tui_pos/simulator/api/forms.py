"""Form encoding with brackets, as Stripe's clients write it, to nested dicts of strings.

``a[b]=1`` is ``{"a": {"b": "1"}}``; ``a[]=x`` and ``a[0]=x`` are ``{"a": {"0": "x"}}``: whether a hash with
numbered keys is a list is known only to whoever knows the parameter.
"""

from typing import Union
from urllib.parse import parse_qsl

from tui_pos.simulator.engine.errors import ApiError

Form = dict[str, Union[str, "Form"]]

MAX_FIELDS = 2000
MAX_DEPTH = 8


def decode(text: str) -> Form:
    """Read a query string or form body. Raises ApiError for what no client would write."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as error:
        raise ApiError("Invalid request: the parameters are not valid UTF-8.", executed=False) from error
    except ValueError as error:
        message = f"Invalid request: more than {MAX_FIELDS} parameters."
        raise ApiError(message, executed=False) from error
    form: Form = {}
    for name, value in pairs:
        _place(form, name, value)
    return form


def _place(form: Form, name: str, value: str) -> None:
    keys = _keys(name)
    here = form
    for key in keys[:-1]:
        inner = here.setdefault(_numbered(here, key), {})
        if isinstance(inner, str):
            raise _malformed(name)
        here = inner
    last = _numbered(here, keys[-1])
    if isinstance(here.get(last), dict):
        raise _malformed(name)
    here[last] = value


def _keys(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [name]
    if not head or not rest.endswith("]"):
        raise _malformed(name)
    keys = [head, *rest[:-1].split("][")]
    if len(keys) > MAX_DEPTH or any("[" in key or "]" in key for key in keys):
        raise _malformed(name)
    return keys


def _numbered(here: Form, key: str) -> str:
    """An empty bracket appends: its key is the next number."""
    return key or str(len(here))


def _malformed(name: str) -> ApiError:
    return ApiError(f"Invalid request: cannot read the parameter name {name[:100]!r}.", executed=False)
