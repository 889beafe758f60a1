"""The outer form of the credentials that vendors hand out: what they begin with, which signs follow, and how many."""

from __future__ import annotations

from typing import NamedTuple


class Run(NamedTuple):
    """So many signs of one alphabet."""

    letters: str
    """As between the brackets of a regular expression."""
    shortest: int
    longest: int


class Form(NamedTuple):
    """One kind of credential."""

    name: str
    marks: tuple[str, ...]
    """What never changes, one of them."""
    after: tuple[Run | str, ...]
    """What follows the mark: runs, and the signs that stand between them."""
    before: Run | None = None
    """What comes in front of the mark, where that does not open the credential."""
    faint: bool = False
    """The mark is also met in ordinary words and file names, so it counts only where a word begins."""


def _run(letters: str, shortest: int, longest: int | None) -> Run:
    return Run(letters, shortest, shortest if longest is None else longest)


def hexa(shortest: int, longest: int | None = None) -> Run:
    """Hexadecimal digits, small letters."""
    return _run("0-9a-f", shortest, longest)


def either(shortest: int, longest: int | None = None) -> Run:
    """Hexadecimal digits, small letters or capitals."""
    return _run("0-9a-fA-F", shortest, longest)


def digits(shortest: int, longest: int | None = None) -> Run:
    """Decimal digits."""
    return _run("0-9", shortest, longest)


def upper(shortest: int, longest: int | None = None) -> Run:
    """Capitals and digits."""
    return _run("A-Z0-9", shortest, longest)


def lower(shortest: int, longest: int | None = None) -> Run:
    """Small letters and digits."""
    return _run("a-z0-9", shortest, longest)


def alnum(shortest: int, longest: int | None = None) -> Run:
    """Letters and digits."""
    return _run("A-Za-z0-9", shortest, longest)


def under(shortest: int, longest: int | None = None) -> Run:
    """Letters, digits and the underscore."""
    return _run("A-Za-z0-9_", shortest, longest)


def url(shortest: int, longest: int | None = None) -> Run:
    """Base64 as it may stand in an address."""
    return _run("A-Za-z0-9_-", shortest, longest)


def b64(shortest: int, longest: int | None = None) -> Run:
    """Base64."""
    return _run("A-Za-z0-9+/", shortest, longest)


def tilde(shortest: int, longest: int | None = None) -> Run:
    """The signs that an address leaves as they are."""
    return _run("A-Za-z0-9_.~-", shortest, longest)


_BECH32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
UUID: tuple[Run | str, ...] = (hexa(8), "-", hexa(4), "-", hexa(4), "-", hexa(4), "-", hexa(12))


def _form(name: str, marks: str, *after: Run | str, before: Run | None = None, faint: bool = False) -> Form:
    return Form(name, tuple(marks.split()), after, before, faint)


_CLOUD = (
    _form("AWS access key id", "AKIA ASIA ABIA ACCA", upper(16)),
    _form("AWS Bedrock API key", "ABSK", b64(100, 280)),
    _form("AWS Bedrock session key", "bedrock-api-key-", b64(60, 4000)),
    _form("Amazon MWS token", "amzn.mws.", *UUID),
    _form("Login with Amazon secret", "amzn1.oa2-cs.v1.", hexa(64)),
    _form("Google API key", "AIza", url(35)),
    _form("Google OAuth client secret", "GOCSPX-", url(28)),
    _form("Google OAuth access token", "ya29.", url(40, 2000)),
    _form("Google OAuth refresh token", "1//0", url(40, 200)),
    _form("Google Cloud storage key id", "GOOG1", upper(56, 57)),
    _form("Firebase server key", "AAAA", url(7), ":", url(130, 160)),
    _form("Azure client secret", "Q~", tilde(31, 34), before=_run("A-Za-z0-9_.~-", 4, 4)),
    _form("Azure storage key", "AccountKey=", b64(86), "=="),
    _form("Azure storage key", "+ASt", b64(6), "==", before=b64(76)),
    _form("Azure Cosmos key", "ACDb", b64(6), "==", before=b64(76)),
    _form("Azure shared access key", "SharedAccessKey=", b64(43), "="),
    _form("Azure AI key", "JQQJ99", alnum(26), before=alnum(52)),
    _form("Azure Functions key", "AzFu", url(4), "==", before=url(44)),
    _form("Azure DevOps token", "AZDO", alnum(4), before=alnum(76)),
    _form("DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", hexa(64)),
    _form("DigitalOcean Spaces key", "DO00", upper(16)),
    _form("DigitalOcean model key", "sk-do-", url(40, 90)),
    _form("Cloudflare token", "cfut_ cfat_ cfk_", alnum(40, 60)),
    _form("Cloudflare origin key", "v1.0-", hexa(24), "-", hexa(146)),
    _form("Alibaba access key id", "LTAI", alnum(12, 24)),
    _form("Tencent secret id", "AKID", alnum(32)),
    _form("Yandex Cloud key", "AQVN", url(34, 40)),
    _form("Scaleway key", "SCW", upper(17)),
    _form("Heroku key", "HRKU-AA", url(56, 70)),
    _form("Netlify token", "nfp_ nfc_ nfo_ nfu_ nfb_", alnum(36, 40)),
    _form("Vercel token", "vcp_ vci_ vca_ vcr_ vck_", alnum(24, 64)),
    _form("Vercel blob token", "vercel_blob_rw_", alnum(12, 24), "_", alnum(24, 40)),
    _form("Fly.io token", "fm1a_ fm1r_ fm2_", _run("A-Za-z0-9+/=,", 90, 2000)),
    _form("Fly.io token", "fo1_", url(43)),
    _form("Render key", "rnd_", alnum(24, 40)),
    _form("Deno Deploy token", "ddp_ ddw_", alnum(36, 40)),
    _form("Supabase token", "sbp_", hexa(40)),
    _form("Supabase secret key", "sb_secret_", url(28, 50)),
    _form("PlanetScale token", "pscale_tkn_ pscale_pw_ pscale_oauth_", _run("A-Za-z0-9_.=-", 32, 64)),
    _form("Neon key", "napi_", lower(60, 70)),
    _form("MongoDB Atlas secret", "mdb_sa_sk_", url(32, 60)),
    _form("Scalingo token", "tk-us- tk-eu-", url(48)),
)
_CODE = (
    _form("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", alnum(36, 255)),
    _form("GitHub fine-grained token", "github_pat_", alnum(22), "_", alnum(59)),
    # GitLab publishes the marks; the lengths are today's, with room where nothing fixes them
    _form("GitLab token", "glpat- gldt- glrt- glrtr- glcbt- glft- glsoat- glffct- glwt- GR1348941", url(20, 60)),
    _form("GitLab trigger token", "glptt-", url(40)),
    _form("GitLab mail token", "glimt-", url(25)),
    _form("GitLab agent token", "glagent-", url(50, 60)),
    _form("GitLab application secret", "gloas-", url(64)),
    _form("GitLab routable token", "glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glagent-", url(27, 300), ".", lower(2), ".", lower(7)),
    _form("GitLab session", "_gitlab_session=", hexa(32)),
    _form("Bitbucket app password", "ATBB", alnum(32)),
    _form("Bitbucket server token", "BBDC-", b64(44)),
    _form("Atlassian token", "ATATT3 ATCTT3", _run("A-Za-z0-9_=-", 150, 260)),
    _form("Trello token", "ATTA", hexa(72)),
    _form("npm token", "npm_", alnum(36)),
    _form("PyPI token", "pypi-AgEIcHlwaS5vcmc pypi-AgENdGVzdC5weXBpLm9yZw", url(60, 1000)),
    _form("RubyGems key", "rubygems_", hexa(48)),
    _form("crates.io token", "cio", alnum(32), faint=True),
    _form("NuGet key", "oy2", lower(43), faint=True),
    _form("Packagist token", "packagist_ort_ packagist_orn_ packagist_uut_ packagist_out_", hexa(40, 100)),
    _form("Clojars token", "CLOJARS_", lower(60)),
    _form("Docker token", "dckr_pat_ dckr_oat_", url(27, 40)),
    _form("Artifactory key", "AKCp", alnum(69)),
    _form("Artifactory token", "cmVmdGtu", alnum(56)),
    _form("CircleCI token", "CCIPAT_ CCIPRJ_", alnum(22), "_", hexa(40)),
    _form("Buildkite token", "bkua_", hexa(40)),
    _form("Sourcegraph token", "sgp_ sgp_local_", either(40)),
    _form("Sourcegraph token", "sgp_", either(16), "_", either(40)),
    _form("Sourcegraph gateway token", "sgd_ sgs_ slk_", either(64)),
    _form("SonarQube token", "squ_ sqp_ sqa_", hexa(40)),
    _form("Harness token", "pat. sat.", url(22), ".", alnum(24), ".", alnum(20), faint=True),
    _form("Gitpod token", "gitpod_pat_", tilde(40, 60)),
    _form("Octopus Deploy key", "API-", upper(25, 32), faint=True),
    _form("Infracost key", "ico-", alnum(32), faint=True),
)
_MODELS = (
    _form("OpenAI key", "sk-", alnum(20), "T3BlbkFJ", alnum(20)),
    _form("OpenAI key", "sk-proj- sk-svcacct- sk-admin- sk-None-", url(40, 220)),
    _form("key of an OpenAI-compatible service", "sk-", alnum(48)),
    _form("DeepSeek key", "sk-", hexa(32)),
    _form("OpenAI session", "sess-", alnum(40)),
    _form("Anthropic key", "sk-ant-api03- sk-ant-admin01- sk-ant-oat01- sk-ant-ort01- sk-ant-sid01-", url(80, 120)),
    _form("Anthropic key", "sk-ant-", url(40, 130)),
    _form("Hugging Face token", "hf_", alnum(34, 40)),
    _form("Hugging Face organisation token", "api_org_", alnum(34)),
    _form("Groq key", "gsk_", alnum(52)),
    _form("Replicate token", "r8_", alnum(37, 40)),
    _form("xAI key", "xai-", alnum(80)),
    _form("Perplexity key", "pplx-", alnum(48, 56)),
    _form("OpenRouter key", "sk-or-v1-", hexa(64)),
    _form("Together key", "tgp_v1_", url(43)),
    _form("Fireworks key", "fw_", alnum(22, 32), faint=True),
    _form("Cerebras key", "csk-", lower(48)),
    _form("NVIDIA key", "nvapi-", url(60, 70)),
    _form("Voyage key", "pa-", url(43), faint=True),
    _form("Jina key", "jina_", alnum(32), url(28, 32)),
    _form("Tavily key", "tvly- tvly-dev- tvly-prod-", alnum(32)),
    _form("Firecrawl key", "fc-", hexa(32), faint=True),
    _form("ElevenLabs key", "sk_", hexa(48)),
    _form("LangSmith key", "lsv2_pt_ lsv2_sk_", hexa(32), "_", hexa(10)),
    _form("LangChain key", "ls__", hexa(32)),
    _form("Langfuse secret key", "sk-lf-", *UUID),
    _form("Pinecone key", "pcsk_", alnum(5, 8), "_", alnum(50, 70)),
    _form("Weights & Biases key", "wandb_v1_", under(60, 90)),
    _form("Helicone key", "sk-helicone-", lower(7), "-", lower(7), "-", lower(7), "-", lower(7)),
    _form("LlamaCloud key", "llx-", alnum(48)),
    _form("E2B key", "e2b_", hexa(40)),
    _form("Runpod key", "rpa_", alnum(40, 60)),
    _form("Anyscale key", "esecret_", lower(24, 40)),
    _form("Browserbase key", "bb_live_", url(24, 40)),
    _form("Prefect key", "pnu_ pnb_", alnum(36)),
)
_MONEY = (
    _form("Stripe secret key", "sk_live_ sk_test_ rk_live_ rk_test_ sk_org_", alnum(16, 250)),
    _form("signing secret of a webhook", "whsec_", b64(32, 64)),
    _form("Square secret", "sq0csp- sandbox-sq0csb-", url(43)),
    _form("Square access token", "sq0atp-", url(22)),
    _form("Square access token", "EAAA", url(60), faint=True),
    _form("Braintree access token", "access_token$production$ access_token$sandbox$", lower(16), "$", hexa(32)),
    _form("Shopify token", "shpat_ shpca_ shppa_ shpss_ shptka_ shpua_ shprt_", either(32)),
    _form("Razorpay key id", "rzp_live_ rzp_test_", alnum(14)),
    _form("Flutterwave key", "FLWSECK- FLWSECK_TEST-", hexa(32), "-X"),
    _form("Mollie key", "live_ test_", alnum(30), faint=True),
    _form("GoCardless token", "live_ sandbox_", url(40), faint=True),
    _form("Lob key", "live_ test_", hexa(35), faint=True),
    _form("Plaid access token", "access-production- access-sandbox- access-development-", *UUID),
    _form("Xendit key", "xnd_production_ xnd_development_", alnum(40, 80)),
    _form("EasyPost key", "EZAK EZTK", alnum(54)),
    _form("Shippo token", "shippo_live_ shippo_test_", hexa(40)),
    _form("Duffel token", "duffel_live_ duffel_test_", url(43)),
    _form("Paddle key", "pdl_live_apikey_ pdl_sdbx_apikey_", lower(26), "_", alnum(22), "_", alnum(3)),
    _form("WooCommerce secret", "ck_ cs_", hexa(40), faint=True),
)
_MESSAGES = (
    _form("Slack token", "xoxb- xoxa- xoxr- xoxs-", digits(9, 14), "-", alnum(20, 64)),
    _form("Slack token", "xoxb- xoxa- xoxr- xoxs-", digits(9, 14), "-", digits(9, 14), "-", alnum(20, 64)),
    _form("Slack token", "xoxp- xoxa- xoxs- xoxo- xoxa-2-", digits(9, 14), "-", digits(9, 14), "-", digits(9, 14), "-", alnum(20, 64)),
    _form("Slack rotating token", "xoxe.xoxb-1- xoxe.xoxp-1- xoxe-1-", b64(100, 300)),
    _form("Slack browser token", "xoxc-", _run("0-9-", 20, 50), "-", hexa(64)),
    _form("Slack browser cookie", "xoxd-", _run("A-Za-z0-9%+/=-", 60, 300)),
    _form("Slack app token", "xapp-1-", upper(9, 13), "-", digits(10, 14), "-", hexa(64)),
    _form("Slack webhook", "hooks.slack.com/services/", upper(7, 14), "/", upper(7, 14), "/", alnum(24)),
    _form(
        "Slack workflow webhook", "hooks.slack.com/workflows/ hooks.slack.com/triggers/", upper(9, 13), "/", alnum(9, 24), "/", url(16, 64)
    ),
    _form("Discord bot token", "MT Mj Mz ND NT Nj Nz OD OT", url(22, 26), ".", url(6), ".", url(27, 40)),
    _form(
        "Discord webhook",
        "discord.com/api/webhooks/ discordapp.com/api/webhooks/ ptb.discord.com/api/webhooks/ canary.discord.com/api/webhooks/",
        digits(17, 20),
        "/",
        url(60, 80),
    ),
    _form("Telegram bot token", ":AA", url(33), before=digits(8, 10)),
    _form("Twilio key", "SK", hexa(32)),
    _form("SendGrid key", "SG.", url(22), ".", url(43)),
    _form("Mailgun key", "key-", hexa(32), faint=True),
    _form("Mailgun key", "-", hexa(8), "-", hexa(8), before=hexa(32)),
    _form("Mailchimp key", "-us", digits(1, 2), before=hexa(32)),
    _form("Mandrill key", "md-", url(22), faint=True),
    _form("Resend key", "re_", alnum(8), "_", alnum(24), faint=True),
    _form("Brevo key", "xkeysib- xsmtpsib-", hexa(64), "-", alnum(16)),
    _form("Facebook token", "EAA", alnum(90, 400)),
    _form("Facebook application token", "|", url(27), before=digits(14, 17)),
    _form("Facebook application token", "|", hexa(32), before=digits(14, 17)),
    _form("Instagram token", "IGQV IGQW", url(80, 300)),
    _form("Dropbox token", "sl. sl.u.", url(120, 2000), faint=True),
    _form("Pinterest token", "pina_", url(40, 300)),
    _form("Twitter token", "AAAAAAAAAAAAAAAAAAAAA", _run("A-Za-z0-9%", 60, 120)),
    _form("HubSpot token", "pat-na1- pat-na2- pat-eu1- pat-ap1-", *UUID),
    _form("Teams webhook", "/webhookb2/", *UUID, "@", *UUID, "/IncomingWebhook/", hexa(32), "/", *UUID),
    _form("Zapier webhook", "hooks.zapier.com/hooks/catch/", digits(5, 9), "/", lower(5, 12)),
    _form("OneSignal key", "os_v2_app_ os_v2_org_", lower(100, 110)),
    _form("Knock or WorkOS key", "sk_prod_ sk_stag_", url(30, 90)),
)
_OPERATIONS = (
    _form("Grafana token", "glsa_", alnum(32), "_", hexa(8)),
    _form("Grafana Cloud token", "glc_", b64(32, 400)),
    _form("Grafana key", "eyJrIjoi", b64(60, 400)),
    _form("New Relic key", "NRAK-", upper(27)),
    _form("New Relic key", "NRII- NRIQ- NRRA-", url(32, 42)),
    _form("New Relic licence key", "NRAL", before=hexa(36)),
    _form("New Relic licence key", "FFFFNRAL", before=lower(32)),
    _form("Sentry token", "sntrys_", _run("A-Za-z0-9+/=_-", 60, 400)),
    _form("Sentry token", "sntryu_ sntrya_", hexa(64)),
    _form("Dynatrace token", "dt0c01. dt0s01. dt0s02. dt0s16.", upper(8, 24), ".", upper(64)),
    _form("Honeycomb key", "hcaik_ hcbik_ hcamk_ hcxik_ hcxmk_", lower(28, 58)),
    _form("Axiom token", "xaat- xapt-", *UUID),
    _form("LaunchDarkly key", "sdk- api-", *UUID, faint=True),
    _form("PostHog key", "phx_", alnum(40, 60)),
    _form("Vault token", "hvs. hvb. hvr.", url(24, 300)),
    _form("Terraform token", ".atlasv1.", url(60, 70), before=alnum(14)),
    _form("Pulumi token", "pul-", hexa(40)),
    _form("Doppler token", "dp.pt. dp.ct. dp.scim. dp.audit. dp.said. dp.sa.", alnum(40, 44)),
    _form("Doppler token", "dp.st.", _run("a-z0-9_-", 2, 35), ".", alnum(40, 44)),
    _form("Doppler token", "dp.st.", alnum(40, 44)),
    _form("1Password token", "ops_eyJ", b64(200, 2000)),
    _form("1Password secret key", "A3-", upper(6), "-", upper(6), "-", upper(5), "-", upper(5), "-", upper(5), "-", upper(5)),
    _form("Okta token", "SSWS", " 00", url(40)),
    _form("Tailscale key", "tskey-auth- tskey-api- tskey-client- tskey-scim- tskey-webhook-", alnum(8, 24), "-", alnum(24, 40)),
    _form("Linear key", "lin_api_ lin_oauth_", alnum(40, 64)),
    _form("Notion token", "ntn_", alnum(43, 50)),
    _form("Notion token", "secret_", alnum(43), faint=True),
    _form("Figma token", "figd_ figu_ figor_", url(40, 50)),
    _form("Airtable token", "pat", alnum(14), ".", hexa(64), faint=True),
    _form("Asana token", "1/ 2/", digits(13, 18), ":", hexa(32), faint=True),
    _form("Asana token", "2/", digits(13, 18), "/", digits(13, 18), ":", hexa(32), faint=True),
    _form("ClickUp token", "pk_", digits(6, 10), "_", upper(32), faint=True),
    _form("Postman key", "PMAK-", hexa(24), "-", hexa(34)),
    _form("Databricks token", "dapi", hexa(32)),
    _form("Databricks token", "dapi", hexa(32), "-", digits(1)),
    _form("Databricks secret", "dose", hexa(32)),
    _form("Confluent secret", "cflt", b64(56, 64)),
    _form("dbt token", "dbtc_ dbtu_", url(30, 70)),
    _form("Typeform token", "tfp_", tilde(44, 64)),
    _form("Contentful token", "CFPAT-", url(43)),
    _form("ReadMe key", "rdme_", lower(64, 72)),
    _form("Adafruit key", "aio_", alnum(28)),
    _form("Adobe secret", "p8e-", url(32), faint=True),
    _form("Akamai token", "akab-", lower(16), "-", lower(16)),
    _form("ClickHouse Cloud secret", "4b1d", alnum(38)),
    _form("OpenShift token", "sha256~", url(43)),
    _form("Frame.io token", "fio-u-", url(64)),
    _form("Mapbox secret token", "sk.eyJ", url(60, 120), ".", url(20, 24)),
    _form("MaxMind key", "_mmk", before=_run("A-Za-z0-9_", 36, 36)),
    _form("Wakatime key", "waka_", *UUID),
    _form("Cal.com key", "cal_live_", hexa(32)),
    _form("Inngest key", "signkey-prod- signkey-test-", hexa(64)),
    _form("Trigger.dev key", "tr_dev_ tr_prod_ tr_stg_", alnum(20, 24)),
    _form("Stytch secret", "secret-live- secret-test-", url(36), "="),
    _form("Zuplo key", "zpka_", under(32, 64)),
)
_OPEN = (
    _form("JSON web token", "eyJ", url(8, 1000), ".eyJ", url(8, 3000), ".", url(16, 1000)),
    _form("age secret key", "AGE-SECRET-KEY-1", _run(_BECH32, 58, 58)),
)

FORMS: tuple[Form, ...] = (*_CLOUD, *_CODE, *_MODELS, *_MONEY, *_MESSAGES, *_OPERATIONS, *_OPEN)
