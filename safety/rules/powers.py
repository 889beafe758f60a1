"""Settings that hand over the machine, switch protections off, delete or open things, whatever file they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safety.rules.configuration import Leaf
from safety.rules.danger_found import Danger
from safety.verdict import Effect

_ENDPOINT = re.compile(
    r"(?:^|[_-])(?:url|uri|endpoint|base|api|host|server|webhook|registry|mirror|index|callback|backend|issuer|origin|address)s?(?:$|[_-])|url$|endpoint$"
)
_NEAR = re.compile(
    r"http://(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal|[\w-]+(?:[:/]|$)|[\w.-]+\.(?:local|localhost|internal|svc|test|example|invalid|lan|cluster\.local)(?:[:/]|$)|[$<{%]|www\.w3\.org|json-schema\.org|schemas?\.)"
)
"""Machines that are not reached over the open network, and names that are no addresses."""


def power(leaf: Leaf, keys: list[str], line: int, by_parent: dict[tuple[str, ...], dict[str, Leaf]]) -> Iterator[Danger]:
    """Settings that hand over the machine, delete or open things."""
    key, value = (keys[-1] if keys else ""), leaf.value
    text = str(value).strip().lower()

    def found(effect: Effect, says: str) -> Danger:
        return Danger(f"setting {leaf.place}={text}", line, f"{leaf.place}: {value} {says}", effect)

    if (key in ("privileged", "allowprivilegeescalation", "hostnetwork", "hostpid", "hostipc") and text == "true") or (
        key in ("pid", "ipc", "network_mode", "userns_mode") and text == "host"
    ):
        yield found(Effect.BLOCK, "gives a container power over the machine")
    elif ("volumes" in keys or key in ("hostpath", "path", "source")) and (
        re.match(r"(?:/|~|/etc|/root|/home|/var/run/docker\.sock):", text)
        or ("hostpath" in keys and text in ("/", "/etc", "/root", "/var/run/docker.sock"))
    ):
        yield found(Effect.BLOCK, "gives a container the files of the machine")
    elif (
        (key == "runasuser" and text == "0")
        or (key == "runasnonroot" and text == "false")
        or ("add" in keys and "capabilities" in keys)
        or "cap_add" in keys
    ):
        yield found(Effect.NEEDS_APPROVAL, "gives a container more rights")
    elif (
        key == "state"
        and text == "absent"
        and any(k in "".join(leaf.keys) for k in ("file", "path", "user", "service", "mount", "lvol", "db", "database", "package"))
    ):
        siblings = by_parent.get(leaf.keys[:-1], {})
        target = next((str(siblings[k].value) for k in ("path", "dest", "name") if k in siblings), "")
        yield found(Effect.BLOCK, f"deletes {target or 'what is named'} on other machines")
    elif (
        key
        in (
            "verify",
            "verify_ssl",
            "ssl_verify",
            "tls_verify",
            "strict_ssl",
            "strict-ssl",
            "validate_certs",
            "verify_certs",
            "sslverify",
            "rejectunauthorized",
            "check_hostname",
            "verify_tls",
        )
        and text in ("false", "0", "no", "off")
    ) or (
        key
        in (
            "insecure",
            "insecure_skip_verify",
            "insecureskipverify",
            "skip_tls_verify",
            "insecure-skip-tls-verify",
            "allow_insecure",
            "tlsallowinvalidcertificates",
        )
        and text in ("true", "1", "yes", "on")
    ):
        yield found(Effect.BLOCK, "turns off the check of who is at the other end (TLS)")
    elif (key in ("node_tls_reject_unauthorized", "pythonhttpsverify") and text == "0") or key in (
        "git_ssl_no_verify",
        "ld_preload",
        "bash_env",
        "pythonstartup",
    ):
        yield found(Effect.BLOCK, "turns off a protection of programs")
    elif keys[-2:] == ["roleref", "name"] and text in ("cluster-admin", "admin", "system:masters"):
        yield found(Effect.BLOCK, "gives all power over the cluster")
    elif text == "*" and any(k in ("verbs", "resources", "apigroups") for k in keys[-2:]):
        yield found(Effect.NEEDS_APPROVAL, "gives every right of its kind in the cluster")
    elif re.search(r"(?:^|/)(?:administratoraccess|poweruseraccess|iamfullaccess)$|^roles/(?:owner|editor)$", text) or (
        any(k in ("action", "actions", "notaction") for k in keys[-2:])
        and re.fullmatch(r"\[?\"?(?:\*|(?:iam|sts|kms|organizations):\*|\*:\*)\"?\]?", text)
    ):
        yield found(Effect.BLOCK, "gives all power over the cloud account")
    elif any(k in ("action", "actions") for k in keys[-2:]) and re.fullmatch(r"\[?\"?[a-z0-9-]+:\*\"?\]?", text):
        yield found(Effect.NEEDS_APPROVAL, "gives every right on a service of the cloud")
    elif (
        any(k in ("principal", "principals", "member", "members", "identifiers", "aws") for k in keys[-2:])
        and re.fullmatch(r"\[?\"?(?:\*|allusers|allauthenticatedusers)\"?\]?", text)
    ) or (key == "acl" and text.startswith("public-")):
        yield found(Effect.BLOCK, "opens it to everybody")
    elif _ENDPOINT.search(key) and re.match(r"http://", text) and not _NEAR.match(text):
        yield found(Effect.NEEDS_APPROVAL, "speaks to another machine unencrypted: everybody on the way can read and change it")
    elif key in ("debug", "flask_debug") and text in ("true", "1") and "log" not in leaf.place:
        yield found(Effect.NEEDS_APPROVAL, "runs in debug mode")
    elif key in (
        "allow_origins",
        "cors_origins",
        "allowed_origins",
        "allowed_hosts",
        "publicly_accessible",
        "public_access",
        "access-control-allow-origin",
        "cors_allow_all_origins",
        "cors_origin_allow_all",
    ) and text in ("*", "true"):
        yield found(Effect.NEEDS_APPROVAL, "opens the service to everybody")
    elif (key in ("force_destroy", "skip_final_snapshot", "delete_on_termination") and text == "true") or (
        key in ("deletion_protection", "prevent_destroy", "enable_deletion_protection") and text == "false"
    ):
        yield found(Effect.BLOCK, "takes away the protection against deletion")
