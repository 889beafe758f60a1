"""What single programs do when a shell runs them: to files, machines, repositories, clouds, networks and packages."""
# ruff: noqa: E501  a pattern is not wrapped: it would read worse in pieces

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from safety.rules.shell_downloads import is_private_source
from safety.rules.shell_words import Command
from safety.verdict import Effect

BLOCK, ASK = Effect.BLOCK, Effect.NEEDS_APPROVAL

SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "ash", "fish"})
FETCHES = frozenset(
    {
        "curl",
        "wget",
        "nc",
        "ncat",
        "netcat",
        "telnet",
        "ftp",
        "sftp",
        "scp",
        "rsync",
        "socat",
        "http",
        "https",
        "aria2c",
        "httpie",
        "lftp",
        "ssh",
    }
)
CHECKS = re.compile(r"(?:^|[\s/])(?:scenarios|rubrics|evals|golden|__snapshots__)/\S|(?:^|[\s/])conftest\.py\b|(?:^|[\s/])test_\w+\.py\b")
_BUILT = re.compile(
    r"(?:\./)?(?:[\w.-]+/)*(?:build|dist|out|target|coverage|htmlcov|node_modules|tmp|temp|__pycache__|\.[\w-]*cache|\.coverage|\.eggs|[\w.*-]+\.egg-info|\.tox|\.nox|.*\.(?:pyc|o|log|tmp|bak))(?:/[\w.*-]*)*/?"
)
_INSTALLERS = {
    "pip": ("install",), "pip3": ("install",), "uv": ("add", "install", "pip"), "poetry": ("add",), "pdm": ("add",), "conda": ("install", "create"), "mamba": ("install",),
    "npm": ("install", "i", "add", "ci"), "yarn": ("add", "install"), "pnpm": ("add", "install", "i"), "bun": ("add", "install"), "apt": ("install",), "apt-get": ("install",),
    "yum": ("install",), "dnf": ("install",), "apk": ("add",), "brew": ("install",), "gem": ("install",), "cargo": ("install", "add"), "go": ("install", "get"), "pipx": ("install", "run"), "snap": ("install",),
}  # fmt: skip
TLS_OFF = {
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "PYTHONHTTPSVERIFY": "0",
    "GIT_SSL_NO_VERIFY": None,
    "CURL_SSL_NO_VERIFY": None,
    "SSL_CERT_FILE": "/dev/null",
    "REQUESTS_CA_BUNDLE": "",
    "CURL_CA_BUNDLE": "",
}
LOADED = frozenset(
    {
        "LD_PRELOAD",
        "LD_AUDIT",
        "PYTHONSTARTUP",
        "PROMPT_COMMAND",
        "BASH_ENV",
        "NODE_OPTIONS",
        "PYTHONPATH_INJECT",
        "GIT_SSH_COMMAND",
        "GIT_EXTERNAL_DIFF",
        "HISTFILE",
    }
)

Judgement = tuple[Effect, str, bool]


def judge(name: str, rest: list[str], command: Command, fed: bool) -> Iterator[Judgement]:
    """What this program does with these words: how bad that is, in words, and whether it acts alone (see `Danger`)."""
    for table in (_files, _machines, _repositories, _clouds, _networks, _packages):
        for effect, says, *alone in table(name, rest, command, fed):
            yield effect, says, bool(alone and alone[0])


Judgements = Iterator[tuple[Effect, str] | tuple[Effect, str, bool]]


def _files(name: str, rest: list[str], _command: Command, fed: bool) -> Judgements:
    flags = "".join(w[1:] for w in rest if re.fullmatch(r"-[a-zA-Z]+", w))
    paths = [w for w in rest if not w.startswith("-")]
    if name in ("rm", "unlink", "shred", "srm", "rimraf", "del", "trash"):
        recursive = "r" in flags.lower() or "--recursive" in rest or name in ("rimraf", "srm")
        if fed or name == "shred" or not paths:
            yield BLOCK, "deletes whatever files it is fed"
        elif any(_wide(path) for path in paths):
            yield BLOCK, "deletes files outside what the build makes, or wherever a variable points"
        elif recursive and not all(len(path) < 300 and _BUILT.fullmatch(path) for path in paths):
            yield BLOCK, "deletes a folder with everything in it"
        else:
            yield ASK, "deletes files"
    elif name == "rmdir":
        yield ASK, "deletes a folder"
    elif name == "find" and any(
        w in ("-delete",) or (w in ("-exec", "-execdir", "-ok") and "rm" in [x.rsplit("/")[-1] for x in rest[i + 1 : i + 3]])
        for i, w in enumerate(rest)
    ):
        narrow = paths[:1] in (["."], ["./"]) and re.search(r"pyc|__pycache__|cache", " ".join(rest))
        yield (ASK if narrow else BLOCK), "deletes every file that it finds"
    elif name == "find" and any(
        w in ("-exec", "-execdir") and rest[i + 1 : i + 2] and rest[i + 1].rsplit("/")[-1] in SHELLS | {"shred", "unlink", "truncate", "mv"}
        for i, w in enumerate(rest)
    ):
        yield BLOCK, "runs a command on every file that it finds"
    elif name == "dd" and any(w.startswith("of=") for w in rest):
        yield (BLOCK if any(w.startswith("of=/") for w in rest) else ASK), "writes raw bytes over a file or device"
    elif name == "truncate":
        yield BLOCK, "cuts a file off"
    elif (name in ("tar", "bsdtar") and "--remove-files" in rest) or (name == "zip" and "m" in flags):
        yield BLOCK, "deletes what it packs"
    elif name == "umask" and paths and re.fullmatch(r"0{1,4}", paths[0]):
        yield ASK, "lets everybody on the machine write what is made from now on"
    elif CHECKS.search(" ".join(paths[-1:] if name in ("cp", "mv", "install", "rsync") else paths)) and (
        name in ("cp", "mv", "install", "rsync", "tee")
        or (name in ("sed", "perl", "ruby") and any(re.match(r"-[a-zA-Z]*i|--in-place", w) for w in rest))
    ):
        yield BLOCK, "writes over what decides whether a change is right"
    elif name in ("mv", "cp", "install", "ln") and paths:
        if paths[-1] == "/dev/null" or (name in ("cp", "ln", "install") and "/dev/null" in paths):
            yield BLOCK, "makes a file disappear"
        elif name == "mv" and re.match(r"(?:/|~|\$HOME|\$\{HOME)", paths[-1]):
            yield ASK, "moves files out of the repository"
        elif name == "mv" and any(_wide(p) for p in paths[:-1]) and not paths[0].startswith(("$", '"$')):
            yield ASK, "moves files from outside the repository"
        elif re.match(r"/(?:etc|usr|bin|boot|lib|root)/|(?:~|\$HOME)/\.", paths[-1]):
            yield BLOCK, "writes into the system or the user's settings"
    elif name == "tee" and any(re.match(r"/(?:etc|usr|bin|boot|root)/|(?:~|\$HOME)/\.", p) for p in paths):
        yield BLOCK, "writes into the system or the user's settings"
    elif name == "chmod":
        if any(re.fullmatch(r"0?[0-7]?[0-7][0-7][2367]|[augo]*o[augo]*\+[rwx]*w[rwx]*|a\+[rwx]*w[rwx]*|\+?777", w) for w in rest):
            yield BLOCK, "lets everybody on the machine write"
        elif any(re.fullmatch(r"[ugoa]*\+[rwx]*s|[2467][0-7]{3}", w) for w in rest):
            yield BLOCK, "gives a program the rights of another user"
        elif "R" in flags or any(_wide(p) for p in paths[1:]):
            yield ASK, "changes the rights of many files"
    elif name in ("chown", "chgrp", "chattr", "setfacl"):
        yield (BLOCK if any(p.startswith(("/", "~")) for p in paths[1:]) else ASK), "changes who owns files"
    elif (
        name == "sed"
        and any(w.startswith("-i") or w == "--in-place" for w in rest)
        and any(p.startswith(("/", "~", "$HOME")) for p in paths[1:])
    ):
        yield BLOCK, "rewrites files outside the repository"
    elif (name == "sed" and any(re.match(r"-[nErsz]*i|--in-place", w) for w in rest)) or (name in ("gawk", "awk") and "inplace" in rest):
        yield ASK, "rewrites files where they stand"


def _wide(path: str) -> bool:
    """Whether a path to be deleted reaches out of the repository, or wherever a variable leads."""
    if re.match(r"\$\{\w+:?\?", path):
        return ".." in path
    bare = path.strip("\"'")
    return (
        (bare.startswith(("/", "~", "$", "{", "-")) and not re.fullmatch(r"/tmp/[\w.-]+[\w./-]*", bare))
        or bare in (".", "..", "*", "./*", ".*", "./", ".git", "")
        or ".." in bare.split("/")
        or bare.split("/")[0] == ".git"
        or "$" in bare
    )


def _machines(name: str, rest: list[str], command: Command, fed: bool) -> Judgements:
    line = " ".join(rest)
    if name.startswith("mkfs") or name in (
        "fdisk",
        "parted",
        "wipefs",
        "sfdisk",
        "cryptsetup",
        "lvremove",
        "vgremove",
        "blkdiscard",
        "hdparm",
        "swapoff",
    ):
        yield BLOCK, "writes over a disk"
    elif name in ("shutdown", "reboot", "halt", "poweroff") or (name == "init" and line in ("0", "6")):
        yield BLOCK, "stops the machine"
    elif name in ("kill", "killall", "pkill", "killall5") and "-0" not in rest:
        yield (
            (
                BLOCK
                if re.search(r"(?:^|\s)-1(?:\s|$)", line.replace("-9 ", "", 1) if name == "kill" else "")
                or name in ("killall5", "killall")
                or fed
                else ASK
            ),
            "ends running programs",
        )
    elif name == "crontab":
        yield BLOCK, "changes what the machine runs by itself"
    elif name in ("at", "batch", "launchctl", "schtasks"):
        yield ASK, "has something run later"
    elif name in ("systemctl", "service", "rc-service") and re.search(r"\b(?:stop|disable|mask|kill|restart|poweroff|reboot)\b", line):
        yield BLOCK, "stops a service"
    elif name in ("userdel", "useradd", "usermod", "adduser", "deluser", "passwd", "chpasswd", "visudo", "groupadd", "gpasswd"):
        yield BLOCK, "changes the users of the machine"
    elif name in (
        "iptables",
        "ip6tables",
        "nft",
        "ufw",
        "setenforce",
        "firewall-cmd",
        "spctl",
        "csrutil",
        "apparmor_parser",
        "auditctl",
        "sysctl",
        "modprobe",
        "insmod",
        "mount",
        "umount",
        "nsenter",
        "unshare",
    ):
        yield BLOCK, "changes the protection of the machine"
    elif (name == "history" and "-c" in rest) or (name == "unset" and "HISTFILE" in rest) or (name == "set" and rest == ["+o", "history"]):
        yield BLOCK, "wipes the record of what was done"
    elif name in ("dropdb", "dropuser") or (name == "mysqladmin" and "drop" in rest):
        yield BLOCK, "drops a database"
    elif name in ("redis-cli", "valkey-cli", "etcdctl", "consul", "vault") and re.search(
        r"\b(?:del|unlink|delete|destroy|rm)\b", line, re.IGNORECASE
    ):
        whole = fed or re.search(r"--prefix|-recurse|\s['\"]?\*", line) or name == "vault"
        yield (BLOCK if whole else ASK), "deletes stored records"
    elif name == "redis-cli" and re.search(r"\bflush(?:all|db)\b|\bconfig\s+set\b|\bshutdown\b", line, re.IGNORECASE):
        yield BLOCK, "empties a Redis database"
    elif name in ("mongo", "mongosh") and re.search(r"drop(?:Database)?\s*\(|deleteMany\s*\(\s*\{\s*\}|\.remove\s*\(\s*\{\s*\}", line):
        yield BLOCK, "empties a Mongo database"
    elif name in (
        "alembic",
        "flyway",
        "liquibase",
        "prisma",
        "rails",
        "rake",
        "manage.py",
        "django-admin",
        "knex",
        "sequelize",
        "sequelize-cli",
        "typeorm",
        "drizzle-kit",
        "artisan",
        "goose",
        "dbmate",
        "migrate",
    ) and re.search(r"\bdowngrade\b|\bclean\b|\bdrop|\breset(?:_\w+)?\b|\bflush\b|:drop|:reset|:purge", line):
        yield BLOCK, "takes back or empties the database"
    elif name == "export":
        for word in rest:
            key, _, value = word.partition("=")
            if key in TLS_OFF and (TLS_OFF[key] is None or value == TLS_OFF[key]):
                yield BLOCK, "turns off the check of who is at the other end (TLS)"
            elif key in LOADED and value:
                yield BLOCK, "makes other programs load code unseen"
    if command.words and command.words[0].rsplit("/")[-1] in ("sudo", "doas", "su"):
        yield ASK, "acts with the rights of the administrator"


def _repositories(name: str, rest: list[str], _command: Command, _fed: bool) -> Judgements:
    if name == "gh" and rest[:2] in (
        ["pr", "merge"],
        ["release", "create"],
        ["repo", "delete"],
        ["release", "delete"],
        ["api", "-X"],
        ["workflow", "run"],
        ["secret", "set"],
    ):
        hard = "delete" in rest[:3] or re.search(r"(?:-X|--method)[= ]?DELETE", " ".join(rest)) is not None or "--admin" in rest
        yield (BLOCK if hard else ASK), "acts on the code host by itself", True
    elif name in ("gh", "glab") and rest[:1] in (["pr"], ["mr"]) and ("--approve" in rest or rest[1:2] == ["approve"]):
        yield BLOCK, "approves a change by itself", True
    elif name in ("gh", "glab", "tea") and ("delete" in rest[:3] or re.search(r"(?:-X|--method)[= ]?DELETE", " ".join(rest))):
        yield BLOCK, "deletes on the code host", True
    elif name in ("gh", "glab") and rest[:1] == ["api"] and re.search(r"(?:-X|--method)[= ]?(?:P\w+)|(?:^|\s)-[fF]\b", " ".join(rest)):
        yield ASK, "acts on the code host by itself", True
    if name != "git":
        return
    words = list(rest)
    while words and (words[0].startswith("-") or (words[0] in ("-C", "-c"))):
        taken = words.pop(0)
        if taken in ("-C", "-c", "--git-dir", "--work-tree") and words:
            value = words.pop(0)
            if taken == "-c" and re.search(r"sslverify\s*=\s*(?:false|0)", value, re.IGNORECASE):
                yield BLOCK, "turns off the check of who is at the other end (TLS)"
            elif taken == "-c" and re.search(r"hookspath|fsmonitor|sshcommand|pager|editor|filter|textconv|alias", value, re.IGNORECASE):
                yield BLOCK, "has git run another program"
    if not words:
        return
    verb, args = words[0], words[1:]
    flags = "".join(w[1:] for w in args if re.fullmatch(r"-[a-zA-Z]+", w))
    if verb == "push":
        hard = (
            "f" in flags
            or "d" in flags
            or any(w.startswith(("--force", "--delete", "--mirror", "--prune", "+")) or re.match(r":\w", w) for w in args)
        )
        yield (BLOCK if hard else ASK), "overwrites or deletes what others have pushed" if hard else "pushes by itself", True
    elif (
        (verb == "reset" and {"--hard", "--merge", "--keep"} & set(args))
        or (verb == "clean" and ("f" in flags or "--force" in args))
        or (
            (
                verb in ("checkout", "switch")
                and ("--" in args or "f" in flags or "." in args or {"--force", "--discard-changes"} & set(args))
            )
            or verb == "restore"
        )
    ):
        yield BLOCK, "throws away work that is not committed"
    elif (
        (verb == "stash" and args[:1] and args[0] in ("drop", "clear", "pop"))
        or (verb == "branch" and ("D" in flags or "--delete" in args))
        or (verb == "tag" and "d" in flags)
    ):
        yield BLOCK, "throws away saved work"
    elif verb in ("filter-branch", "filter-repo", "update-ref", "reflog", "replace", "prune") or (
        verb == "gc" and any("--prune" in w for w in args)
    ):
        yield BLOCK, "rewrites or removes history"
    elif verb == "config" and re.search(r"sslverify\s+(?:false|0)", " ".join(args), re.IGNORECASE):
        yield BLOCK, "turns off the check of who is at the other end (TLS)"
    elif verb == "config" and any(
        re.search(r"hookspath|fsmonitor|sshcommand|pager|editor|filter|textconv|alias|insteadof|credential", w, re.IGNORECASE) for w in args
    ):
        yield BLOCK, "has git run or trust something else"
    elif verb == "rm":
        yield (BLOCK if "r" in flags and "--cached" not in args else ASK), "deletes files"
    elif verb == "symbolic-ref" or (verb == "worktree" and args[:1] == ["remove"]):
        yield ASK, "moves or removes what others may be working on"
    elif verb in ("commit", "rebase", "merge", "cherry-pick", "am", "remote", "config", "submodule"):
        yield ASK, "changes the repository by itself", True


def _clouds(name: str, rest: list[str], _command: Command, _fed: bool) -> Judgements:
    line = " ".join(rest)
    words = [w for w in rest if not w.startswith("-")]
    if name in ("terraform", "tofu", "terragrunt", "pulumi", "cdk", "sst", "serverless", "sam"):
        if re.search(r"\bdestroy\b|\bremove\b|-destroy\b|\bstate\s+rm\b|\bdelete\b|\bdown\b", line):
            yield BLOCK, "destroys running infrastructure"
        elif re.search(r"\b(?:apply|up|deploy|import)\b", line):
            yield (
                (BLOCK if re.search(r"auto-approve|--yes|-y\b|--require-approval never", line) else ASK),
                "changes running infrastructure",
                True,
            )
    elif name in ("kubectl", "oc", "k3s", "helm", "helmfile", "kustomize", "argocd", "flux"):
        if re.search(r"\b(?:delete|drain|uninstall|destroy|cordon|replace --force)\b|--prune\b|--replicas[= ]0", line):
            yield BLOCK, "removes what runs in the cluster"
        elif re.search(
            r"\b(?:apply|create|edit|patch|scale|set|exec|rollout|install|upgrade|sync|run|cp|port-forward|label|annotate|taint)\b", line
        ):
            yield ASK, "changes what runs in the cluster", True
    elif name in ("docker", "podman", "nerdctl", "docker-compose", "podman-compose", "buildah"):
        if re.search(r"\bprune\b|\bvolume\s+rm\b|\brmi?\b|\bdown\b.*(?:\s-v\b|--volumes|--rmi)|\bkill\b", line):
            yield BLOCK, "removes containers, images or volumes with their data"
        elif re.search(r"--privileged|-v\s*/:|--volume[= ]/:|/var/run/docker\.sock|--pid[= ]host|--net(?:work)?[= ]host|--cap-add", line):
            yield BLOCK, "gives a container power over the machine"
        elif re.search(r"\b(?:push|login|tag)\b", line):
            yield ASK, "publishes an image by itself", True
    elif name in (
        "aws",
        "gcloud",
        "az",
        "gsutil",
        "s3cmd",
        "rclone",
        "mc",
        "doctl",
        "heroku",
        "fly",
        "flyctl",
        "vercel",
        "netlify",
        "firebase",
        "wrangler",
        "bq",
        "eksctl",
        "ibmcloud",
        "oci",
        "linode-cli",
        "railway",
        "supabase",
        "s5cmd",
        "azcopy",
    ):
        if re.search(
            r"\b(?:rm|rb|delete[\w-]*|terminate-[\w-]+|purge|destroy|remove[\w-]*|del|db[: ]reset|pg:reset|deregister-[\w-]+|disable-[\w-]+|stop-[\w-]+|--delete|put-bucket-policy|schedule-key-deletion)\b|[\w-]{1,40}:(?:delete|destroy|reset)\b",
            line,
        ):
            yield BLOCK, "deletes data or services in the cloud"
        elif re.search(r"\b(?:cp|sync|mv|upload|copy)\b", line):
            yield ASK, "moves data to or from the cloud"
        elif re.search(r"\b(?:deploy|create[\w-]*|update[\w-]*|put-[\w-]+|attach-[\w-]+|publish|up|release)\b|--prod\b", line):
            yield ASK, "changes services in the cloud by itself", True
    elif (
        name in ("twine", "npm", "yarn", "pnpm", "cargo", "gem", "poetry", "uv", "flit", "hatch")
        and words[:1]
        and words[0] in ("upload", "publish", "push", "release")
    ):
        yield ASK, "publishes a package by itself", True
    elif re.search(r"(?:^|[_.-])deploy(?:[_.-]|$|ment)", name):
        yield ASK, "deploys by itself", True
    elif name in ("ansible", "ansible-playbook", "puppet", "chef-client", "salt"):
        yield ASK, "changes other machines", True


def _shown(name: str, rest: list[str]) -> Judgements:
    if is_private_source([name, *rest]) and name not in ("set", "export", "declare", "history"):
        yield ASK, "reads settings or keys of this machine"
    elif name in ("echo", "printf") and re.search(r"\$\{?\w*(?:TOKEN|SECRET|API_?KEY|PASSWORD|PASSWD|CREDENTIAL)\w*\}?", " ".join(rest)):
        yield (BLOCK if "${SECRET}" in " ".join(rest) else ASK), "shows a secret"


_SENDS = re.compile(r"(?:^|\s)(?:-d|-F|-T|--data[\w-]*|--form[\w-]*|--upload-file|--post-(?:data|file)|--body[\w-]*|--json)(?:[=\s@]|$)")
_PRIVATE = re.compile(
    r"@|\$\(|`|\$\{?\w*(?:TOKEN|SECRET|KEY|PASS|CRED)|\bsecrets\b|/etc/passwd|\.ssh|\.env\b|\benv\b|\bprintenv\b|id_rsa|\.aws",
    re.IGNORECASE,
)


_CARRIES = re.compile(
    r"(?:\$\(|`)[^)`]*(?:\benv\b|\bprintenv\b|\.ssh|/etc/passwd|/etc/shadow|\.env\b|\.aws|id_rsa|\.netrc|\bset\b)"
    r"|://\S*[?&/=@]\$\{?\w*(?:TOKEN|SECRET|KEY|PASS|CRED)\w*"
)
"""An address or a header that private values are put into."""


def _networks(name: str, rest: list[str], command: Command, _fed: bool) -> Judgements:
    if name not in FETCHES:
        yield from _shown(name, rest)
        return
    line = " ".join(rest)
    flags = "".join(w[1:] for w in rest if re.fullmatch(r"-[a-zA-Z]+", w))
    if (
        (name == "curl" and ("k" in flags or "--insecure" in rest or "--proxy-insecure" in rest))
        or "--no-check-certificate" in rest
        or re.search(r"StrictHostKeyChecking[= ]?(?:no|off)|UserKnownHostsFile[= ]?/dev/null", line, re.IGNORECASE)
    ):
        yield BLOCK, "turns off the check of who is at the other end (TLS)"
    if name in ("nc", "ncat", "netcat", "socat") and (re.search(r"(?:^|\s)-[a-z]*[ec]\b|\bEXEC:|SYSTEM:", line) or "l" in flags):
        yield BLOCK, "opens this machine to another one"
    elif (name == "rsync" and "--delete" in line) or (
        name in ("curl", "http", "https", "xh", "httpie") and re.search(r"(?:-X|--request)[= ]?DELETE|^DELETE\b", line)
    ):
        yield BLOCK, "deletes at the other end"
    elif _CARRIES.search(line):
        yield BLOCK, "sends keys or settings of this machine to another one"
    elif ((_SENDS.search(line) and _PRIVATE.search(line)) or ("<" in line and "<(" not in line and name in ("nc", "ncat", "netcat"))) or (
        command.from_pipe and (_SENDS.search(line) or name in ("nc", "ncat", "netcat", "ssh"))
    ):
        yield BLOCK, "sends data of this machine to another one"
    else:
        yield ASK, "reaches into the network"


def _packages(name: str, rest: list[str], _command: Command, _fed: bool) -> Judgements:
    words = [w for w in rest if not w.startswith("-")]
    line = " ".join(rest)
    if re.search(
        r"config\s+(?:set|--global|--user)\b.*(?:strict-ssl\s*[= ]\s*false|trusted-host|ssl_verify\s*[= ]\s*false|strict_ssl)", line
    ) and (name in ("npm", "pip", "pip3", "yarn", "pnpm", "conda", "poetry")):
        yield BLOCK, "turns off the check of who is at the other end (TLS)"
    verbs = _INSTALLERS.get(name)
    if verbs and words and words[0] in verbs:
        if "--trusted-host" in line or re.search(
            r"(?:--(?:extra-)?index-url|-i|--find-links|-f)[= ]http://|--registry[= ]http://|--allow-unauthenticated|--no-gpg-check|--nogpgcheck",
            line,
        ):
            yield BLOCK, "takes packages from a place that is not checked"
        elif any(w.startswith("$") and not before.startswith("-") for before, w in pairwise(rest)):
            yield ASK, "installs whatever it is told to", True
        elif (
            words[0] != "ci"
            and not re.search(r"(?:^|\s)(?:-r|--requirement|-e|--editable|--frozen)|^install\s*\.", line)
            and (len(words) > 1 or name not in ("npm", "yarn", "pnpm", "bun"))
        ):
            yield ASK, "installs a package", True
    elif name in ("npx", "uvx", "bunx", "pnpx"):
        yield ASK, "fetches a package and runs it"
