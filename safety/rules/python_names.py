"""Names of the functions by which a Python program runs, deletes, fetches, opens or reads what it should not."""

from __future__ import annotations

import re

RUNS_SHELL = frozenset(
    {
        "os.system",
        "os.popen",
        "subprocess.getoutput",
        "subprocess.getstatusoutput",
        "commands.getoutput",
        "asyncio.create_subprocess_shell",
        "pty.spawn",
        "platform.popen",
        "_shell_of_notebook",
    }
)
RUNS = frozenset(
    {
        "subprocess.run",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "subprocess.Popen",
        "asyncio.create_subprocess_exec",
        "os.startfile",
        "pexpect.spawn",
        "pexpect.run",
        "invoke.run",
        "plumbum.local",
        "fabric.Connection",
        "paramiko.SSHClient",
    }
)
RUNS_PREFIX = ("os.exec", "os.spawn", "os.posix_spawn", "os.fork", "pty.fork", "sh.")
EXECUTES = frozenset(
    {
        "exec",
        "eval",
        "compile",
        "execfile",
        "builtins.exec",
        "builtins.eval",
        "builtins.compile",
        "runpy.run_path",
        "runpy.run_module",
        "code.interact",
        "code.InteractiveInterpreter",
        "types.FunctionType",
        "types.CodeType",
        "pandas.eval",
        "numexpr.evaluate",
    }
)
DELETES = frozenset(
    {
        "os.remove",
        "os.unlink",
        "os.rmdir",
        "os.removedirs",
        "shutil.rmtree",
        "send2trash.send2trash",
        "pathlib.Path.unlink",
        "pathlib.Path.rmdir",
        "os.truncate",
        "os.ftruncate",
        "distutils.dir_util.remove_tree",
    }
)
KILLS = frozenset({"os.kill", "os.killpg", "os.abort", "psutil.Process.kill", "signal.pthread_kill"})
PICKLES = (
    "pickle.load",
    "pickle.loads",
    "pickle.Unpickler",
    "cPickle.load",
    "_pickle.load",
    "dill.load",
    "cloudpickle.load",
    "marshal.load",
    "shelve.open",
    "joblib.load",
    "jsonpickle.decode",
    "pandas.read_pickle",
    "numpy.load",
    "torch.load",
)
NETWORK = re.compile(
    r"(?:requests|httpx|aiohttp|urllib3|urllib\.request|http\.client|socket|ftplib|smtplib|telnetlib|poplib|imaplib|xmlrpc\.client|websocket|websockets|grpc|paramiko|boto3|botocore|pycurl|treq|asyncssh|dns\.resolver|socketserver|http\.server|nntplib|asyncio|trio|anyio|webbrowser|curl_cffi|niquests|pyngrok|ngrok|kafka|pika|nats)\.[\w.]*"
)
NETWORK_CALL = re.compile(
    r"\.(?:get|post|put|patch|delete|head|options|request|stream|urlopen|urlretrieve|Client|AsyncClient|Session|ClientSession|socket|create_connection|open_connection|start_server|open_tcp_stream|connect_tcp|open|open_new|open_new_tab|create_server|connect|SMTP|SMTP_SSL|FTP|FTP_TLS|HTTPConnection|HTTPSConnection|PoolManager|ProxyManager|ServerProxy|client|resource|insecure_channel|HTTPServer|TCPServer|ThreadingHTTPServer|gethostbyname|getaddrinfo|Request|Curl|sendto|Telnet|resolve|build_opener|install_opener|create_default_context|WebSocket|serve|SSHClient)$"
)
HARMLESS_NETWORK = frozenset(
    {"socket.gethostname", "socket.AF_INET", "socket.SOCK_STREAM", "httpx.Timeout", "httpx.Limits", "http.client.responses"}
)
TLS_OFF = frozenset(
    {
        "ssl._create_unverified_context",
        "ssl._create_stdlib_context",
        "ssl.CERT_NONE",
        "ssl.VerifyMode.CERT_NONE",
        "urllib3.disable_warnings",
        "paramiko.AutoAddPolicy",
        "paramiko.WarningPolicy",
        "paramiko.client.AutoAddPolicy",
        "asyncssh.known_hosts.none",
    }
)
NATIVE = ("ctypes.", "cffi.", "_ctypes.")
LOADS_CODE = frozenset(
    {"importlib.util.spec_from_file_location", "importlib.machinery.SourceFileLoader", "imp.load_source", "site.addsitedir"}
)
PROTECTIVE_VARIABLES = re.compile(
    r"PYTHONHTTPSVERIFY|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|SSL_VERIFY|SSL_CERT|TLS_REJECT|LD_PRELOAD|GIT_SSL_NO_VERIFY"
)
TOO_OPEN = frozenset(
    {
        "sys.settrace",
        "sys.setprofile",
        "sys.addaudithook",
    }
)
BANNED_STRINGS = re.compile(r"\b(?:PYTEST_CURRENT_TEST|PYTEST_VERSION|PYTEST_XDIST_WORKER|REFINERY_[A-Z]+)\b")
TEST_MODULES = frozenset({"pytest", "_pytest", "unittest", "nose", "hypothesis", "refinery"})
EMPTIES = frozenset(
    {
        "drop_all",
        "drop_database",
        "drop_table",
        "drop_collection",
        "dropDatabase",
        "flushall",
        "flushdb",
        "delete_many",
        "delete_collection",
        "delete_bucket",
        "drop_index",
        "deleteMany",
        "reset_database",
        "terminate_instances",
        "delete_objects",
        "delete_table",
        "delete_stack",
        "reset_collection",
    }
)
SQL = frozenset(
    {
        "execute",
        "executemany",
        "executescript",
        "exec_driver_sql",
        "raw",
        "read_sql",
        "read_sql_query",
        "text",
        "fetch",
        "fetchrow",
        "fetchval",
        "query",
        "mogrify",
    }
)
METHODS = (
    EMPTIES
    | SQL
    | {
        "drop",
        "delete",
        "delete_one",
        "deleteOne",
        "delete_object",
        "bulk_delete",
        "hdel",
        "delete_item",
        "unlink",
        "rmdir",
        "truncate",
        "write_text",
        "write_bytes",
        "extractall",
        "load_extension",
        "enable_load_extension",
        "kill",
        "terminate",
        "send_signal",
    }
)
SECRET_NAME = re.compile(r"(?:^|_)(?:password|passwd|secret|api_?key|token|private_?key|credential|credentials)s?$", re.IGNORECASE)
WHO = re.compile(
    r"(?<![a-z])(?:user(?:_?name|_?id|_?agent)?|login|e?mail|passw(?:or)?d|pw|pwd|secret|uid|ip|remote_addr|headers?|cookies?|admin)(?![a-z])",
    re.IGNORECASE,
)
"""Names by which somebody is known; a fixed value for one lets that one in."""
PERHAPS_WHO = re.compile(r"(?<![a-z])(?:role|account|customer|client|token|key|host|agent|tenant|name|code|id)(?![a-z])", re.IGNORECASE)
PROTECTS = re.compile(
    r"^_?(?:check|verify|validate|auth\w*|require\w*|ensure|permit\w*|allow\w*|guard|confirm\w*|login|within)(?:_|$)"
    r"|(?:^|_)(?:allowed|valid|authori[sz]ed|authenticated|permitted|permission|safe|secure|admin|owner|access|trusted|approved|confirmed|eligible|signature|token|limit|quota|sanctioned|reviewed)(?:_|$)",
    re.IGNORECASE,
)
"""Functions that stand between somebody and what they want."""
