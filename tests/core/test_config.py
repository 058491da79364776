"""Settings: what is read from where, and one clear sentence for every fault."""

from datetime import date
from pathlib import Path

import pytest

from tui_pos.core import config
from tui_pos.core.config import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
LIVE_KEY = "sk_live_51Habcdefghijklmnop"
TEST_KEY = "rk_test_51Habcdefghijklmnop"


@pytest.fixture(autouse=True)
def _own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (config.CONFIG_VARIABLE, config.HOME_VARIABLE, config.STATION_VARIABLE, "SSH_CONNECTION"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(config, "SYSTEM_CONFIG", tmp_path / "etc" / "config.toml")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def loaded(tmp_path: Path, text: str) -> config.Settings:
    return config.load(write(tmp_path / "c.toml", text))


def test_the_example_is_a_valid_config() -> None:
    settings = config.load(EXAMPLE)
    conference = settings.conference("pycon-us-2027")
    assert settings.database_url == "sqlite:////srv/desk/tui-pos.sqlite3"
    assert (conference.currency, conference.capture, conference.hold_minutes) == ("USD", "automatic", 15)
    assert conference.stripe_secret_key_env == "PYCON_STRIPE_KEY"
    assert settings.reader("desk-3") == "tmr_..."
    assert settings.reader("desk-4") == ""


def test_the_first_of_option_variable_user_and_system_config_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.load().path is None
    assert config.load().database_url == ""
    system = write(config.SYSTEM_CONFIG, "")
    assert config.load().path == system
    user = write(config.user_config(), "")
    assert config.load().path == user
    named = write(tmp_path / "named.toml", "")
    monkeypatch.setenv(config.CONFIG_VARIABLE, str(named))
    assert config.load().path == named
    option = write(tmp_path / "option.toml", "")
    assert config.load(option).path == option


def test_data_lies_in_the_named_home_else_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(tmp_path, "").database_url == f"sqlite:///{tmp_path}/data/tui-pos/tui-pos.sqlite3"
    monkeypatch.setenv(config.HOME_VARIABLE, str(tmp_path / "home"))
    assert loaded(tmp_path, "").database_url == f"sqlite:///{tmp_path}/home/tui-pos.sqlite3"


def test_a_database_url_may_come_from_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_DB", "postgresql://desk:geheim@db/program")
    settings = loaded(tmp_path, '[database]\nurl_env = "DESK_DB"')
    assert settings.database_url == "postgresql://desk:geheim@db/program"
    assert "geheim" not in repr(settings)


def test_a_ticket_has_its_days_and_what_is_to_be_shown(tmp_path: Path) -> None:
    text = """
        [conferences.c.days]
        weekend = [2027-05-15, 2027-05-16]
        [conferences.c.proofs]
        student = "a student card"
    """
    found = loaded(tmp_path, text).conference("c")
    assert found.days == {"weekend": (date(2027, 5, 15), date(2027, 5, 16))}
    assert found.proofs == {"student": "a student card"}
    assert (loaded(tmp_path, "").conference("c").days, loaded(tmp_path, "").conference("c").proofs) == (
        {},
        {},
    )


FAULTS = [
    ("currency = ", "is not valid TOML: Invalid value (at end of document)."),
    (
        "[readers]",
        "there is no section 'readers';"
        " the sections are database, stripe, scanner, logging, conferences, stations.",
    ),
    ("database = 3", "[database] must be a table with the settings url, url_env, wal, keep_backups."),
    (
        '[database]\npath = "x"',
        "[database]: there is no setting 'path'; the settings here are url, url_env, wal, keep_backups.",
    ),
    ("[database]\nurl = 3", "[database] url must be text in quotes."),
    ('[database]\nurl = "a"\nurl_env = "B"', "[database]: give url or url_env, not both."),
    ('[database]\nurl_env = "NOT_SET"', "[database] url_env: the variable NOT_SET is not set."),
    (
        '[stripe]\napi_base = "localhost"',
        "[stripe] api_base must be an address such as http://127.0.0.1:12111.",
    ),
    ('[scanner]\nprefixes = "~"', '[scanner] prefixes must be a list of texts, such as ["~"].'),
    ("conferences = 1", "[conferences] must be a table with one entry a name, written [conferences.NAME]."),
    ('[conferences.c]\nprices = "web"', '[conferences.c] prices must be "services" or "shop".'),
    (
        '[conferences.c]\ncurrency = "dollars"',
        '[conferences.c] currency must be a currency of three letters, such as "USD".',
    ),
    (
        "[conferences.c]\nvat_rate = 20",
        '[conferences.c] vat_rate must be per cent in quotes, such as "8.1".',
    ),
    (
        '[conferences.c]\nvat_id = "no"',
        '[conferences.c] vat_id must be a VAT id such as "ATU12345678".',
    ),
    (
        '[conferences.c]\nseller_address = "1 Main St"',
        '[conferences.c] seller_address must be a list of texts, such as ["~"].',
    ),
    (
        '[conferences.c]\ncurrency = "EUR"\ncapture = "manual"',
        '[conferences.c] capture must be "automatic" or "confirm".',
    ),
    (
        '[conferences.c]\ncurrency = "EUR"\nhold_minutes = "15"',
        "[conferences.c] hold_minutes must be a whole number from 1 to 240.",
    ),
    (
        '[conferences.c]\ncurrency = "EUR"\nprompt_seconds = 5',
        "[conferences.c] prompt_seconds must be a whole number from 10 to 900.",
    ),
    (
        '[conferences.c]\ncurrency = "EUR"\norder_prefix = "O-"',
        "[conferences.c] order_prefix must be 1 to 12 letters A-Z or digits in quotes.",
    ),
    (
        '[conferences.c]\ndays = { friday = "2027-05-14" }',
        "[conferences.c] days must be a table of ticket slugs with their days, such as friday-pass ="
        " [2027-05-14].",
    ),
    (
        "[conferences.c.proofs]\nstudent = 3",
        "[conferences.c] proofs must be a table of ticket slugs with what is to be shown, such as student ="
        ' "a student card".',
    ),
    (
        '[conferences.c]\ncurrency = "EUR"\nstripe_secret_key_env = "A"\nstripe_secret_key_file = "B"',
        "[conferences.c]: give stripe_secret_key_env or stripe_secret_key_file, not both.",
    ),
    (
        '[stations.desk-3]\nreaders = "tmr_1"',
        "[stations.desk-3]: there is no setting 'readers';"
        " the settings here are reader, scanner_layout, keyboard_layout.",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), FAULTS, ids=[sentence[:40] for _, sentence in FAULTS])
def test_a_fault_is_one_sentence_with_file_key_and_what_is_expected(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    assert str(refused.value).startswith(f"{tmp_path}/c.toml")
    assert str(refused.value).endswith(sentence)


@pytest.mark.parametrize(
    "line",
    [f'stripe_secret_key = "{LIVE_KEY}"', f'stripe_secret_key_env = "{LIVE_KEY}"', "stripe_secret_key = 1"],
)
def test_a_key_in_the_config_is_refused_and_not_shown(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigError, match="does not belong into the config") as refused:
        loaded(tmp_path, f'[conferences.c]\ncurrency = "EUR"\n{line}')
    assert "stripe_secret_key_file" in str(refused.value)
    assert LIVE_KEY not in str(refused.value)


def test_a_missing_or_unreadable_file_says_who_named_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=r"no config file .*/none\.toml, which --config names"):
        config.load(tmp_path / "none.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"binary\.toml is not UTF-8 text"):
        config.load(binary)
    monkeypatch.setenv(config.CONFIG_VARIABLE, str(tmp_path / "gone.toml"))
    with pytest.raises(ConfigError, match=r"no config file .*/gone\.toml, which \$TUI_POS_CONFIG names"):
        config.load()


CONFERENCE = '[conferences.c]\ncurrency = "EUR"\n'


def test_the_key_comes_from_a_variable_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("C_KEY", f" {TEST_KEY}\n")
    by_variable = loaded(tmp_path, f'{CONFERENCE}stripe_secret_key_env = "C_KEY"')
    assert config.secret_key(by_variable, "c") == TEST_KEY
    key_file = write(tmp_path / "key", f"{LIVE_KEY}\n")
    by_file = loaded(tmp_path, f'{CONFERENCE}stripe_secret_key_file = "{key_file}"')
    assert config.secret_key(by_file, "c") == LIVE_KEY
    assert config.secret_key(by_file, "another") == ""


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("", "the environment variable C_KEY is empty."),
        ("pk_live_51H", "the environment variable C_KEY holds no Stripe key: one begins with sk_live_"),
        ("hunter2", "the environment variable C_KEY holds no Stripe key: one begins with sk_live_"),
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, sentence: str
) -> None:
    monkeypatch.setenv("C_KEY", value)
    settings = loaded(tmp_path, f'{CONFERENCE}stripe_secret_key_env = "C_KEY"')
    with pytest.raises(ConfigError) as refused:
        config.secret_key(settings, "c")
    assert sentence in str(refused.value)
    assert not value or value not in str(refused.value)


def test_an_unreadable_key_file_is_named(tmp_path: Path) -> None:
    settings = loaded(tmp_path, f'{CONFERENCE}stripe_secret_key_file = "{tmp_path}/none"')
    with pytest.raises(ConfigError, match=r"stripe_secret_key_file: .*/none cannot be read: No such file"):
        config.secret_key(settings, "c")


@pytest.mark.parametrize(
    ("base", "key", "allowed"),
    [
        ("http://127.0.0.1:12111", LIVE_KEY, True),
        ("http://[::1]:12111", LIVE_KEY, True),
        ("http://10.0.0.5:12111", TEST_KEY, True),
        ("http://10.0.0.5:12111", LIVE_KEY, False),
        ("https://127.0.0.1.example.org", LIVE_KEY, False),
    ],
)
def test_a_live_key_never_travels_to_a_strange_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str, key: str, allowed: bool
) -> None:
    monkeypatch.setenv("C_KEY", key)
    settings = loaded(tmp_path, f'{CONFERENCE}stripe_secret_key_env = "C_KEY"\n[stripe]\napi_base = "{base}"')
    if allowed:
        assert config.secret_key(settings, "c") == key
        return
    with pytest.raises(ConfigError, match="a live Stripe key is never sent to") as refused:
        config.secret_key(settings, "c")
    assert key not in str(refused.value)


def test_a_station_is_named_by_option_variable_ssh_client_or_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "frontdesk")
    assert config.station_name() == "frontdesk"
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.13 50212 10.0.0.2 22")
    assert config.station_name() == "10.0.0.13"
    monkeypatch.setenv(config.STATION_VARIABLE, "desk-3")
    assert config.station_name() == "desk-3"
    assert config.station_name("desk 4") == "desk 4"
    for bad in ("x" * 41, "desk\x1b[31m", "-desk", "desk\n3"):
        with pytest.raises(ConfigError, match="A station's name has at most 40 letters"):
            config.station_name(bad)
