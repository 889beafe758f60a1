"""Credentials that their place gives away, each beside a line that only looks like it. (All are made up.)"""

from __future__ import annotations

import base64

import pytest

from safety.rules.secret_scan import scan

WORD = "Tz7mQx2LwP9sKe4Rb8Vn"
PASSWORD = "Gr8-" + "Wolke!73x"
UUID = "c56a4180-65aa-42ec-a945-" + "5fd21dec0538"
LOGIN = base64.b64encode(f"bot:{PASSWORD}".encode()).decode()
SIGNATURE = base64.b64encode(bytes(range(7, 256, 8))).decode().replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")


@pytest.mark.parametrize(
    ("line", "lookalike"),
    [
        (f"mongodb+srv://bot:{WORD}@cluster.somewhere.io/shop", "mongodb://bot:${PASSWORD}@cluster.somewhere.io/shop"),
        (f"smtps://bot@somewhere.io:{WORD}@mail.somewhere.io", "postgres://postgres:postgres@db/shop"),
        (f"https://{WORD}Zq8@git.somewhere.io/a.git", "https://some-user-name-that-is-long@git.somewhere.io/a.git"),
        (
            f"https://a.blob.core.windows.net/c?sv=2022-11-02&sig={SIGNATURE}",
            "https://a.somewhere.io/c?sv=1&sig=documentation_of_the_signature_of_files",
        ),
        (f"//npm.somewhere.io/:_authToken={UUID}", "//npm.somewhere.io/:_authToken=${NPM_TOKEN}"),
        (
            f"//npm.somewhere.io/:_password={base64.b64encode(PASSWORD.encode()).decode()}",
            "//npm.somewhere.io/:_password=not-base64-at-all",
        ),
        (f"db.somewhere.io:5432:shop:bot:{WORD}", "src/a.py:12:7:shop:undefined-variable"),
        (f"requirepass {WORD}", "secret agents everywhere"),
        (f'requests.get(url, auth=("bot", "{PASSWORD}"))', 'login("user-name", "password-field")'),
        (f'new NetworkCredential("bot", "{PASSWORD}")', 'authenticate("scheme-1", "scheme-2")'),
        (f"new PDO('mysql:host=db', 'bot', '{PASSWORD}')", "new PDO('mysql:host=db', 'bot', $password)"),
        (f"jwt.sign(claims, '{WORD}')", "jwt.sign(claims, process.env.SECRET)"),
        (f"CREATE USER bot WITH PASSWORD '{PASSWORD}';", "CREATE USER bot WITH PASSWORD '${PASSWORD}';"),
        (f"ALTER USER 'bot'@'%' IDENTIFIED BY '{PASSWORD}'", "ALTER USER 'bot'@'%' IDENTIFIED BY 'password'"),
        (f'ConvertTo-SecureString "{PASSWORD}" -AsPlainText', 'ConvertTo-SecureString "$password" -AsPlainText'),
        (f"The password of the box is {PASSWORD}", "The password of the box is well-known123 by now"),
        (f"Use the token `{WORD}` there", "Use the token `access_token_for_tests` there"),
        (
            'seed_phrase = "ozone velvet cradle thunder gossip puzzle orbit lemon vacant fiscal ribbon spider"',
            'seed_phrase = "test test test test test test test test test test test junk"',
        ),
    ],
)
def test_a_place_for_credentials_is_known(line: str, lookalike: str) -> None:
    assert scan(line)
    assert not scan(lookalike)


@pytest.mark.parametrize(
    "line",
    [
        f'.password("{PASSWORD}")',
        f'props.setProperty("mail.password", "{PASSWORD}");',
        f'curl_easy_setopt(curl, CURLOPT_PASSWORD, "{PASSWORD}");',
        f'const TOKEN: &str = "{WORD}";',
        f'let token: &\'static str = "{WORD}";',
        f"setx API_KEY {WORD}",
        f"ENV API_KEY {WORD}",
        f'#define API_KEY "{WORD}"',
        f'<setting name="clientSecret">{WORD}</setting>',
        f'@Value("${{api.token:{WORD}}}")',
        f"export API_TOKEN=${{API_TOKEN:-{WORD}}}",
        f'proxy_set_header Authorization "Basic {LOGIN}";',
        f"Authorization: GenieKey {UUID}",
        f"Authorization: Token token={WORD}",
        f"web1 ansible_host=10.0.0.4 ansible_user=ops ansible_ssh_pass={PASSWORD}",
        f"ID:master PW:{PASSWORD}",
        f"signing {{ keyPassword '{PASSWORD}' }}",
        f"  aws:secretKey: {WORD}",
        f"  user admin insecure-password {WORD}",
        f"GIT_PAT={WORD}",
        f"helm install a ./chart --set auth.password={PASSWORD}",
        f"Server=db;User Id=bot;Password={PASSWORD};",
        f"BUNDLE_GEMS__SOMEWHERE__COM=bot:{WORD}",
    ],
)
def test_many_notations_give_a_name_a_value(line: str) -> None:
    assert scan(line)


@pytest.mark.parametrize(
    "line",
    [
        'run(["-e", "POSTGRES_PASSWORD="+postgres_pass2])',
        'text = "key: " + base64.b64encode(value).decode() + "end"',
        "password = data.aws_ssm_parameter.db_password2.value",
        'token := keychain.Get("auth_token_v2")',
        '"auth.password.min_length_8": "At least 8 characters"',
        "password: !vault |",
        "password_strength: strong_2024_policy",
        "raise PasswordError 'at-least-8-signs'",
        "passwordHash: $argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub",
        "github://org:repo@sha/catalog.yml",
    ],
)
def test_code_around_a_credential_is_none(line: str) -> None:
    assert not scan(line)
