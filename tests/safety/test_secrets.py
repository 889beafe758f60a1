"""Credentials are found however they are written down; what only looks like one is not. (All are made up, and put together here.)"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib

import pytest

from safety.verdict import Effect
from tests.safety.judged import appended, judge, judge_all, rules_of

BODY = "q7Rz2Kf9Xw4Lm8Tn3Vb6Yc1Hd5Jg0Psu"


def made(*parts: str) -> str:
    """A credential, put together only now so that no scanner takes this file for a leak."""
    return "".join(parts)


GITHUB = made("gh", "p_", BODY, "aB3x")
ANTHROPIC = made("sk-", "ant-", "api03-", BODY * 2, BODY[:29], "AA")
AWS = made("AK", "IA", "QYLPMN5HFZ2RTBVX")
SLACK = made("xo", "xb-", "2718281828459-3141592653589-", BODY[:24])
STRIPE = made("sk_", "live_", BODY[:24])
PEM = made("-----BEGIN RSA ", "PRIVATE KEY-----\n", (BODY * 2 + "\n") * 6, "-----END RSA ", "PRIVATE KEY-----\n")
PASSWORD = made("Gr8-", "Wolke", "!73x")


@pytest.mark.parametrize("value", [GITHUB, ANTHROPIC, AWS, SLACK, STRIPE])
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("agent/a.py", 'KEY = "{}"\n'),
        ("agent/a.py", "# once it was {}\n"),
        ("agent/a.py", 'import os\n\nKEY = os.environ.get("KEY", "{}")\n'),
        ("config/a.yaml", "service:\n  value: {}\n"),
        ("settings.env", "VALUE={}\n"),
        ("docs/a.md", "Open https://a.invalid/in?key={}&x=1 now\n"),
        ("tests/test_live.py", 'KEY = "{}"\n'),
        ("web/a.ts", "const a = '{}';\n"),
    ],
)
def test_a_known_form_is_found_in_every_kind_of_file(path: str, form: str, value: str) -> None:
    verdict = judge(path, None, form.format(value))
    assert "secrets" in rules_of(verdict)
    assert verdict.effect is Effect.BLOCK


@pytest.mark.parametrize(
    "code",
    [
        'A = "{head}"\nB = "{tail}"\nKEY = A + B\n',
        'KEY = "".join(["{head}", "{tail}"])\n',
        'KEY = f"{head}" f"{tail}"\n',
        'KEY = "%s%s" % ("{head}", "{tail}")\n',
        'KEY = "{turned}"[::-1]\n',
        'import base64\n\nKEY = base64.b64decode("{packed}").decode()\n',
        'KEY = bytes.fromhex("{hexed}").decode()\n',
        'import codecs\n\nKEY = codecs.decode("{rot}", "rot13")\n',
        "KEY = bytes({numbers}).decode()\n",
        'KEY = "".join(chr(n) for n in {numbers})\n',
        'KEY = "{escaped}"\n',
        'import base64, zlib\n\nKEY = zlib.decompress(base64.b64decode("{deflated}")).decode()\n',
        'import base64, gzip\n\nBLOB = "{zipped}"\n',
        'KEY = "".join(c for c in "{wide}" if c != "~")\n',
        'KEY = ({number}).to_bytes(40, "big").decode()\n',
    ],
)
def test_spelling_does_not_hide_a_credential(code: str) -> None:
    import codecs

    text = code.format(
        head=GITHUB[:19],
        tail=GITHUB[19:],
        turned=GITHUB[::-1],
        packed=base64.b64encode(GITHUB.encode()).decode(),
        hexed=GITHUB.encode().hex(),
        deflated=base64.b64encode(zlib.compress(GITHUB.encode())).decode(),
        zipped=base64.b64encode(gzip.compress(GITHUB.encode())).decode(),
        wide="~".join(GITHUB),
        number=int.from_bytes(GITHUB.encode(), "big"),
        rot=codecs.encode(GITHUB, "rot13"),
        numbers=list(GITHUB.encode()),
        escaped="".join(f"\\x{b:02x}" for b in GITHUB.encode()),
    )
    assert "secrets" in rules_of(judge("agent/a.py", None, text))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("run.sh", '#!/bin/sh\na={0}; b={1}; c={2}\nexport T="${{a}}${{b}}${{c}}"\n'),
        ("Makefile", "A := {0}\nB := {1}\nC := {2}\nT := $(A)$(B)$(C)\n"),
        ("web/a.ts", "const a = '{0}', b = '{1}', c = '{2}';\nexport const t = `${{a}}${{b}}${{c}}`;\n"),
        ("web/a.ts", "const a = '{0}', b = '{1}', c = '{2}';\nexport const t = a + b + c;\n"),
        ("settings.env", "A={0}\nB={1}\nC={2}\nT=${{A}}${{B}}${{C}}\n"),
    ],
)
def test_a_credential_that_variables_make_up_is_found(path: str, form: str) -> None:
    text = form.format(GITHUB[:13], GITHUB[13:26], GITHUB[26:])
    assert "secrets" in rules_of(judge(path, None, text))
    assert "secrets" not in rules_of(judge(path, None, text.replace(GITHUB[:4], "none")))


def coin(body: bytes) -> str:
    """A key in the alphabet of coins, with its checksum."""
    whole = body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    number, text = int.from_bytes(whole, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + text
    return text


def test_a_key_is_known_by_its_checksum() -> None:
    key = coin(b"\x80" + BODY.encode() + b"\x01")
    assert "secrets" in rules_of(judge("agent/a.py", None, f'WALLET = "{key}"\n'))
    assert "secrets" not in rules_of(judge("agent/a.py", None, f'WALLET = "{key[:-1]}{"A" if key[-1] != "A" else "B"}"\n'))


def test_the_default_of_a_variable_is_found_below_its_name() -> None:
    assert "secrets" in rules_of(judge("a.tf", None, f'variable "db_password" {{\n  type = string\n  default = "{PASSWORD}"\n}}\n'))


def test_two_halves_in_two_files_are_found() -> None:
    verdict = judge_all({"agent/a.py": (None, f'A = "{GITHUB[:19]}"\n'), "agent/b.py": (None, f'B = "{GITHUB[19:]}"\n')})
    assert "secrets" in rules_of(verdict)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deploy/key", PEM),
        ("deploy/account.json", json.dumps({"type": "service_account", "private_key": PEM})),
        ("config/a.yaml", f"smtp:\n  user: bot\n  password: '{PASSWORD}'\n"),
        ("agent/a.py", f'connect(user="bot", password="{PASSWORD}")\n'),
        ("agent/a.py", f'PASSWORD = "{PASSWORD[:5]}" + "{PASSWORD[5:]}"\n'),
        ("agent/a.py", f'FEED = "https://svc:{PASSWORD}@feed.somewhere.io/v1"\n'),
        ("run.sh", f"curl -u bot:{PASSWORD} https://feed.somewhere.io\n"),
        ("deploy/secret.yaml", "apiVersion: v1\nkind: Secret\ndata:\n  key: " + base64.b64encode(PASSWORD.encode()).decode() + "\n"),
        ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": [], "outputs": [{"data": {"text/plain": [f"'{GITHUB}'"]}}]}]})),
    ],
)
def test_what_has_no_form_of_its_own_is_found_by_its_place(path: str, text: str) -> None:
    assert "secrets" in rules_of(judge(path, None, text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env.example", "ANTHROPIC_API_KEY=sk-ant-api03-your-key-here\nGITHUB_TOKEN=" + "ghp_" + "x" * 36 + "\n"),
        ("tests/a.json", '{"traceId": "5b8efff798038103d269b633813fc60c", "id": "chatcmpl-9f3kQ2mVtR8sLwXzBnCyDpEaHjGuKi"}\n'),
        ("agent/a.py", 'API_KEY_ENV = "ANTHROPIC_API_KEY"\nSECRET_NAME = "projects/acme/secrets/key/versions/latest"\n'),
        ("agent/a.py", 'import re\n\nP = re.compile(r"ghp_[0-9A-Za-z]{36}|-----BEGIN (RSA )?PRIVATE KEY-----")\n'),
        ("agent/a.py", "import getpass\n\npassword = getpass.getpass()\n"),
        ("agent/a.py", 'password = os.environ["DB_PASSWORD"]\nmax_tokens = 4096\ntoken_count = usage.total_tokens\n'),
        ("docs/a.md", "Use `postgres://user:password@localhost:5432/db`, or `curl -u $USER:$PASSWORD`.\n"),
        ("config/a.yaml", "api_key: ${API_KEY}\npassword: '{{ vault.password }}'\ncommit: eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n"),
        ("a.css", 'a { background: url("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"); }\n'),
    ],
)
def test_a_lookalike_is_left_alone(path: str, text: str) -> None:
    assert "secrets" not in rules_of(judge(path, None, text))


def test_taking_a_credential_out_is_welcome() -> None:
    before = f'KEY = "{GITHUB}"\n'
    assert judge("agent/a.py", before, 'import os\n\nKEY = os.environ["KEY"]\n').allowed


def test_a_finding_does_not_repeat_the_credential() -> None:
    verdict = appended("agent/a.py", "X = 1\n", f'KEY = "{GITHUB}"\n')
    finding = next(f for f in verdict.findings if f.rule == "secrets")
    assert GITHUB[4:] not in finding.says
    assert finding.line == 2
