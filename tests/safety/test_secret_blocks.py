"""Credentials that fill several lines, whatever stands in front of each line. (All are made up, and put together here.)"""

from __future__ import annotations

import base64
import random

import pytest

from safety.rules.secret_scan import scan

DICE = random.Random(20260106)
NOISE = base64.b64encode(bytes(DICE.randrange(256) for _ in range(240))).decode()
BODY = "\n".join(NOISE[i : i + 64] for i in range(0, len(NOISE), 64))
HEAD, FOOT = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"
PEM = f"{HEAD}\n{BODY}\n{FOOT}\n"


@pytest.mark.parametrize("opening", ["", "    ", "# ", " * ", "//  ", "#6 0.245 ", "+ "])
def test_a_private_key_is_found_behind_what_opens_each_line(opening: str) -> None:
    assert [s.name for s in scan("".join(f"{opening}{line}\n" for line in PEM.splitlines()))] == ["private key"]


def test_a_private_key_is_found_in_pieces_of_text() -> None:
    joined = " +\n".join(f'    "{line}\\n"' for line in PEM.splitlines())
    assert "private key" in [s.name for s in scan(f"KEY = (\n{joined}\n)")]


def test_a_beginning_alone_is_taken_at_its_word_but_not_in_code() -> None:
    assert scan(HEAD + "\n")
    assert not scan(f'if line == "{HEAD}":')
    assert not scan(f"{HEAD}\nanything\n{FOOT}\n")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n" + NOISE[:48], True),
        ("Private-Lines: 1\nof a text about something else entirely", False),
        ("-----BEGIN OpenVPN Static key V1-----\n" + "\n".join(f"{DICE.getrandbits(128):032x}" for _ in range(8)), True),
        ('{"kty": "EC", "crv": "P-256", "d": "' + NOISE[:43].replace("+", "-").replace("/", "_") + '"}', True),
        ('{"d": "' + NOISE[:43].replace("+", "-").replace("/", "_") + '"}', False),
        ("client-key-data: " + base64.b64encode(PEM.encode()).decode(), True),
        ("certificate: " + base64.b64encode(PEM.replace("RSA PRIVATE KEY", "CERTIFICATE").encode()).decode(), False),
        ("kind: Secret\ndata:\n  a: " + NOISE[:16] + "\n", True),
        ('{"kind": "Secret", "data": {"a": "' + NOISE[:16] + '"}}', True),
        ("kind: SecretProviderClass\ndata:\n  a: " + NOISE[:16] + "\n", False),
        ("kind: SealedSecret\nspec:\n  encryptedData:\n    token: AgB" + NOISE[:250] + "\n", False),
    ],
)
def test_each_kind_of_block_is_known(text: str, found: bool) -> None:
    assert bool(scan(text)) is found
