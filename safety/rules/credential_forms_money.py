"""Credentials of payment, shipping and coins."""

from __future__ import annotations

from safety.rules.credential_shapes import UUID, Form, alnum, b64, base58, bech32, either, form, hexa, lower, under, url

MONEY: tuple[Form, ...] = (
    form("Stripe secret key", "sk_live_ sk_test_ rk_live_ rk_test_ sk_org_", alnum(16, 250)),
    form("signing secret of a webhook", "whsec_", b64(32, 64)),
    form("Square secret", "sq0csp- sandbox-sq0csb-", url(43)),
    form("Square access token", "sq0atp-", url(22)),
    form("Square access token", "EAAA", url(60), faint=True),
    form("Braintree access token", "access_token$production$ access_token$sandbox$", lower(16), "$", hexa(32)),
    form("Shopify token", "shpat_ shpca_ shppa_ shpss_ shptka_ shpua_ shprt_", either(32)),
    form("Razorpay key id", "rzp_live_ rzp_test_", alnum(14)),
    form("Flutterwave key", "FLWSECK- FLWSECK_TEST-", hexa(32), "-X"),
    form("Mollie key", "live_ test_", alnum(30), faint=True),
    form("GoCardless token", "live_ sandbox_", url(40), faint=True),
    form("Lob key", "live_ test_", hexa(35), faint=True),
    form("Plaid access token", "access-production- access-sandbox- access-development-", *UUID),
    form("Xendit key", "xnd_production_ xnd_development_", alnum(40, 80)),
    form("EasyPost key", "EZAK EZTK", alnum(54)),
    form("Shippo token", "shippo_live_ shippo_test_", hexa(40)),
    form("Duffel token", "duffel_live_ duffel_test_", url(43)),
    form("Paddle key", "pdl_live_apikey_ pdl_sdbx_apikey_", lower(26), "_", alnum(22), "_", alnum(3)),
    form("WooCommerce secret", "ck_ cs_", hexa(40), faint=True),
    form("Adyen key", "AQE", b64(100, 280), faint=True),
    form("Midtrans key", "Mid-server- SB-Mid-server-", url(20, 28)),
    form("Omise key", "skey_ skey_test_", lower(19), faint=True),
    form("Mercury token", "secret-token:mercury_production_", under(30, 80)),
    form("Brex token", "bxt_", alnum(36, 60)),
    form("ShipEngine key", "TEST_", b64(43), faint=True),
    form("eBay secret", "PRD- SBX-", hexa(12), "-", hexa(4), "-", hexa(4), "-", hexa(4), "-", hexa(4), faint=True),
    form("Klaviyo key", "pk_", hexa(34), faint=True),
    form("Bitcoin extended key", "xprv", base58(107, 108)),
    form("Nostr secret key", "nsec1", bech32(58)),
    form("EOS key", "PVT_K1_", base58(48, 52)),
    form("Tezos key", "edsk", base58(50), faint=True),
)
