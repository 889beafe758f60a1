"""What a value is: a credential, a placeholder, or something that only code would say. (All values are made up.)"""

from __future__ import annotations

import pytest

from safety.rules.secret_scan import scan
from safety.rules.secret_values import is_expression, is_password, is_placeholder, is_random, jumps


@pytest.mark.parametrize(
    "value",
    [
        "your-api-key",
        "<your key>",
        "${API_KEY}",
        "${{ secrets.API_KEY }}",
        "{{ vault.key }}",
        "$(cat key)",
        "%(password)s",
        "xxxxxxxxxxxx",
        "change_me",
        "0123456789abcdef0123456789abcdef",
        "abc123abc123abc123",
        "1234-1234-1234-q7f2a9",
        "YOUR_TOKEN",
        "__API_KEY__",
        "$2b$12$EixZaYVK1fsbw1ZfbX3OXe",
        "dGhlIHNhbXBsZSBub25jZQ==",  # `the sample nonce`
    ],
)
def test_a_placeholder_is_no_credential(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", ["kZ7pL40qWx", "q{7f}d)w${z(P{{9s", "Rfnry-RFNRYPeoetAi3"])
def test_odd_signs_alone_make_no_template(value: str) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize(
    ("value", "random"),
    [
        ("q7Rz2Kf9Xw4Lm8Tn3Vb6", True),
        ("43zgwcor66n9phsxAxxfi7j81fpaecwy", True),
        ("76e41ce7c87c86f97887c671cc97e2b214b97", True),
        ("a9X2kQ7z1B", True),  # short, but nothing else
        ("mK{d}q)f$w!z#pT;vB&c", True),  # no digit, but no word either
        ("V1SecretProjection", False),
        ("projects-acme-secrets-v2", False),
        ("ctrl+shift+alt+F12", False),
        ("customer_id_2024_v2", False),
        ("c56a4180-65aa-42ec-a945-5fd21dec0538", False),
        ("acdeFf05b1a6d4c890237bf08c5e6e8d2b4d0f2e", False),
    ],
)
def test_chance_is_told_from_words(value: str, random: bool) -> None:
    assert is_random(value) is random


@pytest.mark.parametrize(
    ("value", "password"),
    [
        ("Gr8-Wolke!73x", True),
        ("oXQUtVRbzJDZ", True),
        ("thisIsDog11", True),
        ("password123", False),
        ("admin_user_1", False),
        ("workspace:*", False),
        ("PasswordField", False),
        ("settings.db.password", False),
        ("certs/client-key.pem", False),
    ],
)
def test_a_password_is_told_from_names_and_common_words(value: str, password: bool) -> None:
    assert is_password(value) is password


@pytest.mark.parametrize(
    ("value", "expression"),
    [("kZ7pL40qWx", False), ("Ooph3ei55Sh", False), ("Sha256Hash", True), ("b64decode", True), ("user_password2", True), ("true", True)],
)
def test_an_unquoted_name_is_no_value(value: str, expression: bool) -> None:
    assert is_expression(value) is expression


def test_words_do_not_jump() -> None:
    assert jumps("SomeWordsInARow") < 0.25 < 0.5 < jumps("a1B2c3D4e5")


WORD = "Tz7mQx2LwP9sKe4Rb8Vn"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (f'requests_key = "{WORD}"', True),
        (f'KEY = "{WORD}"', True),
        ('cache_key = "user:profile:v2:12345"', False),
        ('key = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"', False),  # a digest, as far as can be told
        (f'public_key = "{WORD}"', False),
        (f'send("{WORD}{WORD[::-1]}")', True),
        (f'trace_id("{WORD}{WORD[::-1]}")', False),
        (f'{{"commit": "{WORD}{WORD[::-1]}"}}', False),
        ('token = "c56a4180-65aa-42ec-a945-5fd21dec0538"', False),
        ('api_token = "c56a4180-65aa-42ec-a945-5fd21dec0538"', True),
    ],
)
def test_the_less_a_name_says_the_more_the_value_must(line: str, found: bool) -> None:
    assert bool(scan(line)) is found
