"""Credentials whose form is an open standard."""

from __future__ import annotations

from safety.rules.credential_shapes import Form, b64, form, run, url

BECH32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"

OPEN: tuple[Form, ...] = (
    form("JSON web token", "eyJ", url(8, 1000), ".eyJ", url(8, 3000), ".", url(16, 1000)),
    form("JSON web token", "eyJ", url(8, 1000), ".eyJ", url(8, 3000)),
    form("JSON web token, encoded once more", "ZXlK", b64(60, 4000)),
    form(
        "private key, encoded",
        "LS0tLS1CRUdJTiBQUklWQVRFIEtF LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLR LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtF"
        " LS0tLS1CRUdJTiBEU0EgUFJJVkFURSBLR LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0V LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURSBLR",
        b64(60, 6000),
    ),
    form("NATS seed", "SUA SAA SOA SNA SCA", run("A-Z2-7", 55), faint=True),
    form("age secret key", "AGE-SECRET-KEY-1", run(BECH32, 58)),
)
