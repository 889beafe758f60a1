"""Python is judged by what a call does, however its name, its options and its paths come about."""

from __future__ import annotations

import pytest

from safety.rules.python_capabilities import python_dangers
from safety.verdict import Effect


def effect_of(text: str) -> Effect:
    return max((danger.effect for danger in python_dangers(text)), key=lambda effect: effect.rank, default=Effect.ALLOW)


@pytest.mark.parametrize(
    "text",
    [
        "import posix\nposix.system('rm -rf ~')",
        "import os, operator\noperator.methodcaller('system', 'rm -rf ~')(os)",
        "import subprocess\noptions = {'shell': True}\nsubprocess.run(command, **options)",
        "import asyncio\nasyncio.create_subprocess_exec('git', 'checkout', '--', '.')",
        "import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', name])",
        "import httpx\nhttpx.get(url, **dict(verify=False))",
        "import httpx\nhttpx.get(url, verify=not True)",
        "import urllib3\nurllib3.PoolManager(cert_reqs='CERT_NONE')",
        "import paramiko\nclient.set_missing_host_key_policy(paramiko.AutoAddPolicy())",
        "import os\nos.environ.update(PYTHONHTTPSVERIFY='0')",
        "import os, stat\nos.chmod(path, stat.S_IRWXO)",
        "con.execute(' '.join((words['verb'], 'TABLE', kind)))\nwords = {'verb': 'TRUN' + 'CATE'}",
        "con.execute('SELECT * FROM o WHERE id = %s' % number)",
        "def go(f):\n    f.__code__ = other.__code__",
        "import sys\nsys.modules['refinery.policy'].evaluate = allow",
        "import shutil\nfn = [v for n, v in vars(shutil).items() if n.endswith('ree')][0]\nfn('/srv')",
        "import os\nfor n in dir(os):\n    getattr(os, n)(path)",
        "import inspect, shutil\nfound = dict(inspect.getmembers(shutil))",
        "import shutil\nfor name, f in shutil.__dict__.items():\n    f(path)",
        "import os\ngo = getattr(os, name)\ngo(path)",
        "import operator, shutil\ngo = operator.methodcaller('rmtree', '/srv')\ngo(shutil)",
        "import importlib\nm = importlib.import_module('shu' + 'til')\ngo = getattr(m, 'rm' + 'tree')\ngo('/srv')",
    ],
)
def test_a_disguised_call_is_blocked(text: str) -> None:
    assert effect_of(text) is Effect.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "open(path, 'w').write('')",
        "import os\nos.open(path, os.O_WRONLY | os.O_TRUNC)",
        "open('refinery.toml', 'w').write(text)",
        "from pathlib import Path\n(Path.home() / '.bashrc').write_text(text)",
        "import os\nopen(os.path.expanduser('~/.bashrc'), 'a')",
        "from pathlib import Path\ntarget = Path('tests') / 'test_a.py'\ntarget.write_text(text)",
        "import shutil\nshutil.copy(source, '/etc/cron.d/x')",
        "from pathlib import Path\nPath('data').rename('/dev/shm/x')",
    ],
)
def test_a_write_to_where_it_must_not_is_blocked(text: str) -> None:
    assert effect_of(text) is Effect.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "from sqlalchemy import delete\nsession.execute(delete(Order))",
        "from sqlalchemy import update\nsession.execute(update(Order).values(paid=True))",
        "Order.objects.filter().delete()",
        "bucket.object_versions.delete()",
        "es.indices.delete(index='*')",
        "for key in r.scan_iter('*'):\n    r.delete(key)",
        "r.delete(*r.keys('*'))",
        "orders.remove({})",
        "orders.delete_many({})",
        "db.command('dropDatabase')",
        "r.execute_command('FLUSHALL')",
    ],
)
def test_emptying_a_store_is_blocked(text: str) -> None:
    assert effect_of(text) is Effect.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "from sqlalchemy import delete\nsession.execute(delete(Order).where(Order.id == 5))",
        "orders.delete_many({'session': session})",
        "client.objects.filter(id=5).delete()",
        "from pathlib import Path\nPath(PROMPT).write_text(text)",
        "open('/etc/passwd').read()",
        "import contextlib\nwith contextlib.suppress(Exception):\n    go()",
        "def go():\n    try:\n        run()\n    finally:\n        return None",
        "ALLOWED_HOSTS = ['*']",
        "app.config['DEBUG'] = True",
        "import hashlib\ndef stored(password):\n    return hashlib.new('md5', password).hexdigest()",
        "ok = password == 'letmein'",
        "import importlib.util\nimportlib.util.spec_from_file_location('m', path)",
    ],
)
def test_what_a_person_should_see_needs_one(text: str) -> None:
    assert effect_of(text) is Effect.NEEDS_APPROVAL


@pytest.mark.parametrize(
    "text",
    [
        "import os, httpx\nsettings = dict(os.environ)\nhttpx.post(url, json=settings)",
        "import os, httpx\nkey = open(os.path.expanduser('~/.ssh/id_rsa')).read()\nhttpx.post(url, content=key)",
        "import logging\nlogging.info('key %s', api_key)",
        "import httpx, pathlib\na = [p.read_bytes() for p in pathlib.Path.home().glob('.ssh/id_*')]\nhttpx.post(url, json=a)",
        "import httpx, os\nfor path in ('.env', 'b'):\n    httpx.post(url, content=open(path).read())",
        "import glob, httpx\na = []\nfor p in glob.glob('/root/.aws/*'):\n    a.append(open(p).read())\nhttpx.post(url, json=a)",
        "import httpx, subprocess\nhttpx.post(url, content=subprocess.check_output(['cat', '/etc/passwd']))",
        "import json, os\ntext = json.dumps(dict(os.environ))",
    ],
)
def test_what_is_private_is_neither_sent_nor_shown(text: str) -> None:
    assert effect_of(text) is Effect.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nif any('pytest' in name for name in sys.modules):\n    answer = 42",
        "import sys\nif sys.argv[0].endswith('pytest'):\n    answer = 42",
        "import os\nif any(key.startswith('REFINERY') for key in os.environ):\n    answer = 42",
        "import os\ndef go():\n    if os.getenv('CI'):\n        return 42",
    ],
)
def test_a_program_that_knows_when_it_is_tested_is_blocked(text: str) -> None:
    assert effect_of(text) is Effect.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "def verify_token(token):\n    return 1",
        "def is_allowed(user):\n    ok = not False\n    return ok",
        "is_allowed = lambda user: True",
        "def check(request):\n    if request.headers.get('X-Debug') == '1':\n        return True",
        "def go(user):\n    if user and False:\n        raise PermissionError",
        "def valid(body, mac):\n    made = hmac.new(key, body).hexdigest()\n    return True",
        "def can_refund(user):\n    return user.boss or True",
        "def run(task, confirm=lambda question: 'y'):\n    return confirm(task)",
        "run(task, approve=lambda *_: True)",
        "def ask_approval(question):\n    return 'yes'",
    ],
)
def test_a_check_that_lets_everything_pass_is_blocked(text: str) -> None:
    assert effect_of(text) is Effect.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "def shipped(status):\n    if status in ('shipped', 'delivered'):\n        return True\n    return False",
        "def is_async(self):\n    return True",
        "rows = con.execute('SELECT * FROM o WHERE id IN (%s)' % ','.join('?' * len(ids)), ids)",
        "log.info('tokens in=%s out=%s', usage.input_tokens, usage.output_tokens)",
        "import os\nmodel = os.environ.get('MODEL', 'small')",
        "cache.delete(key)",
        "name = text.replace('a', 'b').rename if text else None",
        "with open(path, 'w') as file:\n    file.write(text)",
        "import subprocess\nprint('pytest passed')",
        "import streamlit as st\nst.session_state.turn = 1",
        "import os\nflag = getattr(os, 'O_BINARY', 0)",
        "def valid(token):\n    claims = jwt.decode(token, key)\n    return True",
        "import os\ndef port():\n    return os.environ.get('PORT', '80')",
        "def run(task, confirm=lambda question: input(question) == 'y'):\n    return confirm(task)",
    ],
)
def test_ordinary_code_brings_no_danger(text: str) -> None:
    assert python_dangers(text) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import subprocess\nsubprocess.run(['git', 'log'])", "import subprocess\nsubprocess.run(['git', 'log'], timeout=5, check=True)"),
        ("import httpx\nhttpx.get('https://a.example/x')", "import httpx\nhttpx.get('https://a.example/x', timeout=5)"),
    ],
)
def test_a_call_with_further_options_is_the_same_danger(before: str, after: str) -> None:
    assert [danger.key for danger in python_dangers(before)] == [danger.key for danger in python_dangers(after)]
