"""Every form in the table is found, and only that form. (The samples are drawn from the table by a generator with a seed.)"""

from __future__ import annotations

import base64
import json
import random
import re
import string

import pytest

from safety.rules.assignments import assignments
from safety.rules.command_logins import command_logins
from safety.rules.credential_forms import FORMS
from safety.rules.credential_names import Says, says, vendor_of
from safety.rules.credential_shapes import Form, Run
from safety.rules.form_scan import find_forms
from safety.rules.secret_scan import scan

CASES = [(form, mark) for form in FORMS for mark in form.marks]
NAMES = [f"{form.name}: {mark}" for form, mark in CASES]


def drawn(run: Run, dice: random.Random, less: int = 0) -> str:
    """As few signs of an alphabet as will do, or fewer."""
    signs = [c for c in string.printable if re.match(f"[{run.letters}]", c)]
    inner = [c for c in signs if c.isalnum()]  # at its edges a credential has letters and digits
    return "".join(dice.choice(inner) for _ in range(run.shortest - less))


def sample(form: Form, mark: str, dice: random.Random, less: int = 0) -> str:
    """A credential of a form; `less` signs are missing from its first run."""
    parts: list[str] = []
    for part in (form.before, mark, *form.after):
        if isinstance(part, Run):
            parts.append(drawn(part, dice, less))
            less = 0
        else:
            parts.append(part or "")
    return "".join(parts)


@pytest.mark.parametrize(("form", "mark"), CASES, ids=NAMES)
def test_a_sample_of_every_form_is_found(form: Form, mark: str) -> None:
    value = sample(form, mark, random.Random(20260101))
    assert value in [found.value for found in find_forms(f'x = "{value}"\n')]
    assert value in [found.value for found in find_forms('{"text": "first\\n' + value + '\\n"}')]


@pytest.mark.parametrize(("form", "mark"), CASES, ids=NAMES)
def test_a_sample_that_lacks_one_sign_has_not_this_form(form: Form, mark: str) -> None:
    value = sample(form, mark, random.Random(20260102), less=1)
    assert value not in [found.value for found in find_forms(f'x = "{value}"\n') if found.form is form]


@pytest.mark.parametrize(("form", "mark"), CASES, ids=NAMES)
def test_a_mark_inside_a_word_is_none(form: Form, mark: str) -> None:
    if form.before is None and mark[0].isalnum():
        value = sample(form, mark, random.Random(20260103))
        assert not [found for found in find_forms(f'x = "Zz{value}"\n') if found.form is form and found.start == 7]


@pytest.mark.parametrize(
    "name",
    [
        "DigitalOcean token",  # small hexadecimal digits
        "Sourcegraph gateway token",  # both sorts of them
        "AWS access key id",  # capitals and digits
        "NuGet key",  # small letters and digits
        "GitHub token",  # letters and digits
        "Google API key",  # base64 for addresses
        "Azure storage key",  # base64
        "Azure client secret",  # with the tilde
        "Weights & Biases key",  # with the underscore
        "Discord webhook",  # digits, then base64
        "age secret key",  # bech32
        "Langfuse secret key",  # a UUID
    ],
)
def test_each_family_of_alphabets_is_taken_for_a_credential(name: str) -> None:
    dice = random.Random(20260104)
    for form in FORMS:
        if form.name == name:
            value = sample(form, form.marks[0], dice)
            assert [s.sure for s in scan(f"value: {value}\n") if s.value == value] == [True]


def test_many_vendors_are_known() -> None:
    assert len({form.name for form in FORMS}) >= 150


def test_the_same_sign_again_and_again_is_no_credential() -> None:
    for form in FORMS:
        value = form.marks[0] + "".join("x" * p.shortest if isinstance(p, Run) else p for p in form.after)
        assert not [s for s in scan(f"see {value} here") if s.value == value]


BODY = "Q7rz2Kf9Xw4Lm8Tn3Vb6Yc1Hd5Jg0PsuEiR4oWkA"
WORD = "Tz7mQx2LwP9sKe4Rb8Vn"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('api_key = "{}"', "api_key"),
        ("api_key: str = '{}'", "api_key"),
        ('  "apiKey": "{}",', "apiKey"),
        ("  apiKey: `{}`,", "apiKey"),
        ("api-key: {}", "api-key"),
        ('api_key = "{}"  # a comment', "api_key"),
        ("export API_KEY={}", "API_KEY"),
        ("docker run -e API_KEY={} image", "API_KEY"),
        ("deploy --api-key {} --force", "api-key"),
        ("deploy --api-key={} --force", "api-key"),
        ('config["api_key"] = "{}"', "api_key"),
        ('os.environ.get("API_KEY", "{}")', "API_KEY"),
        ('key = settings.api_key || "{}"', "settings.api_key"),
        ("API_KEY={} ./deploy --all", "API_KEY"),
        ('{{"name": "API_KEY", "value": "{}"}}', "API_KEY"),
        ('<add key="ApiKey" value="{}" />', "ApiKey"),
        ("'api_key' => '{}',", "api_key"),
        ("<api_key>{}</api_key>", "api_key"),
        ('headers = ["Authorization: Bearer {}"]', "Authorization"),
        ("Authorization: Token {}", "Authorization"),
        ('api_key = SecretStr("{}")', "api_key"),
        ('const char *api_key = "{}";', "api_key"),
        ("GET /v1?user=7&api_key={}&page=2", "api_key"),
        ("Server=db;User=bot;Password={};", "Password"),
        ("machine feed.somewhere.io login bot password {}", "password"),
        ("# Your API key: {}", "API key"),
    ],
)
def test_a_name_and_its_value_are_read_in_every_notation(line: str, name: str) -> None:
    assert (name, WORD) in [(given.name, given.value) for given in assignments(line.format(WORD))]


def test_a_value_in_the_line_below_its_name_is_found() -> None:
    found = scan(f"env:\n  - name: SERVICE_TOKEN\n    value: {WORD}\n")
    assert [secret.value for secret in found] == [WORD]


def test_a_login_in_a_header_is_found_under_its_encoding() -> None:
    packed = base64.b64encode(b"bot:Wolke-" + WORD[:6].encode()).decode()
    assert scan(f"Authorization: Basic {packed}\n")


@pytest.mark.parametrize(
    "line",
    [
        "if api_key == other.key:",
        "api_key = load(path)",
        "call(api_key, other)",
        "std::api_key::Value",
        "return api_key if api_key else None",
    ],
)
def test_code_that_gives_no_value_is_not_read_as_if_it_did(line: str) -> None:
    assert not [given for given in assignments(line) if re.search(r"\d", given.value)]


@pytest.mark.parametrize(
    ("name", "promise"),
    [
        ("DB_PASSWORD", Says.PASSWORD),
        ("smtpPasswd", Says.PASSWORD),
        ("x-api-key", Says.KEY),
        ("clientSecret", Says.KEY),
        ("settings.auth.token", Says.KEY),
        ("SIGNING_KEY", Says.KEY),
        ("primary_key", Says.NOTHING),
        ("secret_name", Says.NOTHING),
        ("max_tokens", Says.NOTHING),
        ("public_key", Says.NOTHING),
        ("csrf_token", Says.NOTHING),
        ("password_hash", Says.NOTHING),
        ("keyboard", Says.NOTHING),
        ("compass", Says.NOTHING),
    ],
)
def test_the_words_of_a_name_tell_what_it_holds(name: str, promise: Says) -> None:
    assert says(name) is promise


def test_a_key_without_a_form_is_known_by_its_vendors_name() -> None:
    dice = random.Random(20260105)
    uuid = "-".join("".join(dice.choice("0123456789abcdef") for _ in range(n)) for n in (8, 4, 4, 4, 12))
    assert vendor_of("HEROKU_API_KEY", uuid) == "heroku"
    assert vendor_of("herokuApiKey", uuid) == "heroku"
    assert vendor_of("HEROKU_APP_NAME", uuid) == ""
    assert vendor_of("REQUEST_ID", uuid) == ""
    assert scan(f"HEROKU_API_KEY={uuid}\n")
    assert not scan(f"REQUEST_TOKEN={uuid}\n")


@pytest.mark.parametrize(
    "command",
    [
        "curl -u bot:{} https://feed.somewhere.io",
        "curl --user 'bot:{}' https://feed.somewhere.io",
        "curl -sSu bot:{} https://feed.somewhere.io",
        "curl https://feed.somewhere.io \\\n  -H 'Accept: text/plain' \\\n  -u bot:{}",
        'run("curl -u bot:{} https://feed.somewhere.io")',
        "sshpass -p {} ssh bot@somewhere.io",
        "docker login -u bot -p {} registry.somewhere.io",
        "mysql -ubot -p{} shop",
    ],
)
def test_the_login_of_a_command_is_read(command: str) -> None:
    assert [login.value for login in command_logins(command.format(WORD))] == [WORD]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id 10000000001 and " + "7213808860:AA" + BODY[:33], True),
        ("https://api.somewhere.io/bot7213808860:AA" + BODY[:33] + "/getMe", True),
        ("x7213808860:AA" + BODY[:33], False),  # it does not begin where a word does
        ("\x1b[93mghp_" + BODY[:36] + "\x1b[0m", True),
        ("sk-ant-" + "api03-" + BODY * 2 + BODY[:13] + "AA", True),
        ("sk-ant-" + "api03-" + BODY * 2 + BODY[:12] + "AA", False),
    ],
)
def test_a_form_begins_and_ends_where_it_must(text: str, found: bool) -> None:
    assert bool([s for s in scan(text) if s.sure]) is found


def test_refinerys_own_keys_are_known() -> None:
    assert [s.name for s in scan("REFINERY_KEY=rfn_" + "a1b2c3d4_" + BODY[:38])] == ["Refinery key"]


def web_token(head: dict[str, str], *, signed: bool) -> str:
    """A token of two parts or three."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, {"sub": "bot", "role": "all"})]
    return ".".join([*parts, BODY[:32]] if signed else parts)


def test_a_web_token_is_one_also_without_its_signature_and_encoded_again() -> None:
    whole, open_ = web_token({"alg": "HS256"}, signed=True), web_token({"alg": "none"}, signed=False)
    assert scan(f"x {whole}")
    assert scan(f"x {open_}")
    assert scan("x " + base64.b64encode(whole.encode()).decode())
    assert not scan("x " + web_token({"kind": "page"}, signed=False))
    assert not scan(f"x eyJ{BODY[:30]}.eyJ{BODY[:30]}.{BODY[:32]}")


@pytest.mark.parametrize(
    "command",
    [
        "wget --user=bot --password={} https://feed.somewhere.io",
        "ldapsearch -x -D cn=bot -w {} -b dc=somewhere",
        "openssl rsa -in a.pem -passin pass:{}",
        "smbclient //nas/a -U 'bot%{}'",
        "mongosh -u bot -p {} --host db",
        "az login --service-principal -u bot -p {} --tenant t",
        "keytool -genkey -keystore a.jks -storepass {}",
        "redis-cli -h cache -a {} ping",
        "aws configure set aws_secret_access_key {}",
        "ngrok config add-authtoken {}",
    ],
)
def test_the_password_of_many_programs_is_read(command: str) -> None:
    assert scan(command.format(WORD))
    assert not scan(command.format("$PASSWORD"))


def test_braces_around_a_login_hide_it_only_where_they_hold_a_name() -> None:
    assert scan("curl --user 'bot:{" + WORD + "}' https://feed.somewhere.io")
    assert not scan("curl --user 'bot:{password}' https://feed.somewhere.io")


@pytest.mark.parametrize(
    ("line", "found"),
    [("sourcegraph: {}", True), ("SOURCEGRAPH_TOKEN={}", True), ("github: {}", False), ("revision: {}", False)],
)
def test_a_vendors_bare_name_is_enough_where_it_means_nothing_else(line: str, found: bool) -> None:
    assert bool(scan(line.format("6d2fabeb6add229bc199faba28fd3efb57df0bd3"))) is found
