"""Which amounts Stripe takes in which currency; all amounts are in the currency's smallest unit."""

from tui_pos.simulator.engine.errors import ApiError

MAXIMUM = 999_999_999_999

# Charged in steps: these have no (or no third) decimal although they are sent with one more.
STEPS = {"isk": 100, "ugx": 100, "bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10}

MINIMUM = {
    "usd": 50, "aed": 200, "ars": 50, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 1500,
    "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50,
    "krw": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200, "rub": 50,
    "sek": 300, "sgd": 50, "thb": 1000, "zar": 50,
}  # fmt: skip

ZERO_DECIMAL = frozenset([
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
])  # fmt: skip

OTHERS = frozenset([
    "afn", "all", "amd", "ang", "aoa", "awg", "azn", "bam", "bbd", "bdt", "bgn", "bmd", "bnd", "bob", "bsd",
    "btn", "bwp", "byn", "bzd", "cdf", "cny", "crc", "cve", "dop", "dzd", "egp", "etb", "fjd", "fkp", "gel",
    "gip", "gmd", "gtq", "gyd", "hnl", "htg", "jmd", "kes", "kgs", "khr", "kyd", "kzt", "lak", "lbp", "lkr",
    "lrd", "lsl", "mad", "mdl", "mkd", "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mzn", "nad", "ngn", "nio",
    "npr", "pab", "pen", "pgk", "pkr", "qar", "rsd", "sar", "sbd", "scr", "shp", "sle", "sos", "srd", "std",
    "szl", "tjs", "top", "try", "ttd", "twd", "tzs", "uah", "uyu", "uzs", "wst", "xcd", "yer", "zmw",
])  # fmt: skip

SUPPORTED = OTHERS | ZERO_DECIMAL | MINIMUM.keys() | STEPS.keys()


def check_currency(currency: str) -> str:
    """The currency as Stripe writes it (lower case). Raises ApiError for one it does not charge in."""
    lower = currency.lower()
    if lower not in SUPPORTED:
        message = f"Invalid currency: {currency[:20]}. Stripe charges in {len(SUPPORTED)} others."
        raise ApiError(message, param="currency", executed=False)
    return lower


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Raises ApiError for an amount that cannot be charged in this currency."""
    check_step(amount, currency, param)
    if amount > MAXIMUM:
        message = f"Amount must be no more than {MAXIMUM} in the smallest unit of {currency}."
        raise ApiError(message, "amount_too_large", param=param)
    minimum = MINIMUM.get(currency, 1)
    if amount < minimum:
        message = f"Amount must be at least {minimum} in the smallest unit of {currency}."
        raise ApiError(message, "amount_too_small", param=param)


def check_step(amount: int, currency: str, param: str = "amount") -> None:
    """Raises ApiError when the last digits are ones that this currency does not have."""
    step = STEPS.get(currency, 1)
    if amount % step:
        message = f"Invalid amount: amounts in {currency} must be a multiple of {step}."
        raise ApiError(message, "invalid_charge_amount", param=param)
