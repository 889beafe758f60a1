"""The rule `dependencies`: what a change has the project take in from strangers."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from safety.changes import FileChange
from safety.globs import matches, matches_any
from safety.guard import Case
from safety.policy import Policy
from safety.rules.added import added, removed
from safety.rules.configuration import Fault, Leaf, leaves, read
from safety.rules.kinds import CODE, Kind, kind_of
from safety.rules.python_constants import text_of
from safety.rules.python_source import nodes_like, python_of
from safety.verdict import Effect, Finding

_IMPORTED_AS = {
    "yaml": "pyyaml", "PIL": "pillow", "sklearn": "scikit-learn", "bs4": "beautifulsoup4", "cv2": "opencv-python",
    "dotenv": "python-dotenv", "dateutil": "python-dateutil", "jwt": "pyjwt", "OpenSSL": "pyopenssl", "Crypto": "pycryptodome",
    "git": "gitpython", "psycopg2": "psycopg2-binary", "attr": "attrs", "google": "google", "fitz": "pymupdf", "docx": "python-docx",
    "pptx": "python-pptx", "magic": "python-magic", "serial": "pyserial", "usb": "pyusb", "MySQLdb": "mysqlclient",
    "ruamel": "ruamel-yaml", "telegram": "python-telegram-bot", "slugify": "python-slugify", "multipart": "python-multipart",
    "jose": "python-jose", "github": "pygithub", "gitlab": "python-gitlab", "win32api": "pywin32", "zmq": "pyzmq",
    "pkg_resources": "setuptools", "skimage": "scikit-image", "nacl": "pynacl", "tree_sitter": "tree-sitter",
    "langchain_core": "langchain", "opentelemetry": "opentelemetry-api", "faiss": "faiss-cpu",
}  # fmt: skip
_TABLES = re.compile(
    r"^(?:project\.(?:dependencies|optional-dependencies|scripts|gui-scripts|entry-points|requires-python|dynamic|name)|dependency-groups|build-system|tool\.(?:poetry|pdm|uv|hatch|rye|flit|setuptools)\b.*(?:depend|source|index|script|plugin|requires|extras|group|build|hook|cmdclass|url)"
    r"|tool\.poetry\.(?:dependencies|group|source|scripts|plugins)|(?:dev|peer|optional|bundled?)?[dD]ependencies|overrides|resolutions|packageManager|scripts|bin|engines|workspaces|registry|publishConfig|imports|pnpm|options\.(?:install_requires|extras_require|entry_points|setup_requires|packages)|packages|dev-packages|source|requires)"
)
_MANIFESTS = (Kind.TOML, Kind.JSON, Kind.INI)
_LIVES_IN_CODE = frozenset({Kind.PYTHON, Kind.NOTEBOOK})
_BUILTIN_NODE = frozenset(
    {
        "fs",
        "path",
        "os",
        "http",
        "https",
        "url",
        "util",
        "events",
        "stream",
        "crypto",
        "child_process",
        "assert",
        "zlib",
        "net",
        "tls",
        "dns",
        "readline",
        "buffer",
        "process",
        "timers",
        "worker_threads",
        "querystring",
        "module",
        "vm",
        "v8",
        "test",
    }
)


_TEST_TOOLS = frozenset(
    {"vitest", "jest", "@jest/globals", "mocha", "chai", "ava", "tap", "sinon", "@playwright/test", "cypress", "@testing-library/react"}
)
"""What a test is written with; a test of the project's own kind brings nothing new into what is shipped."""


def dependencies(case: Case) -> Iterator[Finding]:
    """Says which package, registry or installer is new, and which import nobody has declared."""
    for change in case.readable():
        if change.after is None or change.after == change.before:
            if change.deleted and _is_dependency_file(case, change.path):
                yield Finding("dependencies", change.path, None, "a file that declares dependencies is deleted", Effect.NEEDS_APPROVAL)
            continue
        if _is_dependency_file(case, change.path):
            yield from _declared(case, change)
        yield from _imported(case, change)


_ELSEWHERE = (
    *(
        "go.mod",
        "go.sum",
        "go.work",
        "Cargo.toml",
        "Gemfile",
        "*.gemspec",
        "pom.xml",
        "build.gradle*",
        "settings.gradle*",
        "libs.versions.toml",
    ),
    *(
        "composer.json",
        "*.csproj",
        "mix.exs",
        "Package.swift",
        "pubspec.yaml",
        "Pipfile",
        "conanfile.*",
        "vcpkg.json",
        "deno.json*",
        "jsr.json",
    ),
    *("flake.nix", "requirements/*.txt", "requirements*.in", "constraints*.txt", "environment*.y*ml", "conda*.y*ml", ".tool-versions"),
    *("mise.toml", "bunfig.toml", "*.lockb", "shard.yml"),
)
"""Files that decide what is taken in, in the languages beside Python and npm."""


def _is_dependency_file(case: Case, path: str) -> bool:
    if matches_any(path, _ELSEWHERE):
        return True
    for pattern in case.policy.dependency_files:
        if matches(path, pattern):
            # a pattern that is open at both ends ("*lock*") means lock files, not every module with those letters in its name
            loose = pattern.startswith("*") and pattern.endswith("*")
            if not (loose and (kind_of(path) in CODE or kind_of(path) is Kind.PROSE)):
                return True
    return False


def _declared(case: Case, change: FileChange) -> Iterator[Finding]:
    path, fresh = change.path, added(change)
    for line in fresh:
        if re.search(
            r"--(?:trusted-host)\b|--(?:extra-)?index-url[ =]+http://|strict-ssl\s*[=:]\s*false|verify_ssl\s*=\s*false|--no-(?:gpg-check|verify)|\"?url\"?\s*[=:]\s*\"http://",
            line.text,
        ):
            yield Finding(
                "dependencies",
                path,
                line.number,
                f"packages would come from a place that is not checked: {line.text.strip()[:70]}",
                Effect.BLOCK,
            )
        elif re.search(r"--(?:extra-)?index-url|--find-links|\b(?:registry|index-url|extra-index-url)\s*[=:]", line.text):
            yield Finding(
                "dependencies",
                path,
                line.number,
                f"packages would come from another registry: {line.text.strip()[:70]}",
                Effect.NEEDS_APPROVAL,
            )
    kind = kind_of(path, change.after)
    before, after = read(path, change.before or ""), read(path, change.after or "")
    if (
        kind in _MANIFESTS
        and change.before is not None
        and not isinstance(before, Fault)
        and not isinstance(after, Fault)
        and "lock" not in path
    ):
        was = {(leaf.place, leaf.value) for leaf in leaves(before)}
        is_now = {(leaf.place, leaf.value) for leaf in leaves(after)}
        touched = sorted(place for place, _ in was ^ is_now if _TABLES.match(place))
        names = sorted(_names(leaves(after)) - _names(leaves(before)))
        if touched:
            says = f"new: {', '.join(names[:5])}" if names else f"changed: {', '.join(dict.fromkeys(touched))[:100]}"
            yield Finding(
                "dependencies",
                path,
                fresh[0].number if fresh else None,
                f"what the project depends on or runs is changed ({says}){_near(case, names)}",
                Effect.NEEDS_APPROVAL,
            )
        return
    meant = [line for line in [*fresh, *removed(change)] if line.text.strip() and not line.text.lstrip().startswith(("#", "//"))]
    if meant:
        names = [m.group(1) for line in fresh if (m := re.match(r"\s{0,80}-?\s{0,80}([A-Za-z][\w.-]*)", line.text))]
        about = "lock file" if "lock" in PurePosixPath(path).name.lower() else "file that decides what is installed"
        yield Finding(
            "dependencies",
            path,
            fresh[0].number if fresh else None,
            f"a {about} is changed: `{meant[0].text.strip()[:70]}`{_near(case, names)}",
            Effect.NEEDS_APPROVAL,
        )


def _names(all_leaves: list[Leaf]) -> set[str]:
    found = set()
    for leaf in all_leaves:
        if leaf.keys and _TABLES.match(leaf.place):
            text = str(leaf.value) if leaf.keys[-1].isdigit() else leaf.keys[-1]
            match = re.match(r"@?[A-Za-z][\w./-]*", text)
            if match:
                found.add(match.group())
    return found


def _near(case: Case, names: list[str]) -> str:
    """A warning where a new name is one letter away from a known one."""
    for name in names:
        plain = _canonical(name)
        for known in {
            *map(_canonical, (*case.around.declared, *case.around.dev_declared)),
            "requests",
            "numpy",
            "pandas",
            "urllib3",
            "openai",
            "anthropic",
            "langchain",
            "pydantic",
            "django",
            "flask",
        }:
            if plain != known and abs(len(plain) - len(known)) <= 1 and len(known) > 4 and _one_apart(plain, known):
                return f"; {name} is one letter away from {known}: a known trick to slip in another package"
    return ""


def _one_apart(one: str, other: str) -> bool:
    if len(one) == len(other):
        differ = [i for i in range(len(one)) if one[i] != other[i]]
        return len(differ) == 1 or (len(differ) == 2 and one[differ[0]] == other[differ[1]] and one[differ[1]] == other[differ[0]])
    short, long = sorted((one, other), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _canonical(name: str) -> str:
    return re.split(r"[\s\[<>=!~;@]", name.strip(), maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")


def _imported(case: Case, change: FileChange) -> Iterator[Finding]:
    path = change.path
    if kind_of(path, change.after) is Kind.SCRIPT:
        yield from _script_imports(case, change)
        return
    if kind_of(path, change.after) not in _LIVES_IN_CODE:
        return
    known = set(_imports(python_of(path, change.before) or ""))
    local = _local_names(case)
    declared = {_canonical(name) for name in case.around.declared}
    dev = {_canonical(name) for name in case.around.dev_declared}
    is_test = matches_any(path, case.policy.test_globs)
    for module, line in _imports(python_of(path, change.after) or "").items():
        if (
            module in known
            or module in sys.stdlib_module_names
            or module in local
            or module in ("__future__", "setuptools", "pkg_resources", "distutils", "imp", "asyncore")
        ):
            continue
        packages = {_canonical(module), _canonical(_IMPORTED_AS.get(module, module))}
        if packages & declared or any(
            d.startswith(_canonical(module) + "-")
            for d in declared
            if module in ("google", "azure", "opentelemetry", "llama_index", "ruamel", "zope")
        ):
            continue
        if is_test and (packages & (dev | {"pytest", "hypothesis"}) or not case.around.files):
            continue  # without a list of the files, a test's own package cannot be told from a stranger's
        if packages & dev:
            says = f"{module} is imported, which only development installs"
        else:
            stranger = "neither part of Python, nor of this repository, nor a declared dependency"
            says = f"{module} is imported, but it is {stranger}{_near(case, [module])}"
        yield Finding("dependencies", path, line, says, Effect.NEEDS_APPROVAL)


@lru_cache(maxsize=64)
def _imports(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for node in nodes_like(text, ast.Import, ast.ImportFrom, ast.Call):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        elif isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            if isinstance(node.func, ast.Call) and len(node.func.args) == 2:  # getattr(importlib, "import_module")
                name = text_of(node.func.args[1]) or ""
            if name in ("import_module", "__import__"):
                names = [text_of(node.args[0]) or ""]
        for name in names:
            if name and not name.startswith("."):
                found.setdefault(name.split(".")[0], getattr(node, "lineno", 1))
    return found


def _local_names(case: Case) -> frozenset[str]:
    """Top-level names that the repository itself provides, after the change."""
    own = (*case.around.related, *(change.path for change in case.changes))
    return _provided(case.around.files) | _provided(own) | {"tests"}


@lru_cache(maxsize=8)
def _provided(files: tuple[str, ...]) -> frozenset[str]:
    """The names that these files can be imported by; the files of one base commit are asked about again and again."""
    names: set[str] = set()
    for path in files:
        parts = PurePosixPath(path).parts
        for depth in range(min(2, len(parts))):
            if depth == 0 or parts[0] in ("src", "lib", "app", "python", "packages", "backend", "scripts"):
                names.add(parts[depth].removesuffix(".py"))
        if path.endswith(".py"):
            names.add(parts[-1].removesuffix(".py"))
    return frozenset(names)


_SCRIPT_IMPORT = re.compile(r"(?:from\s+|require\s*\(\s*|import\s*\(?\s*)['\"]([^'\"]+)['\"]")


def _script_imports(case: Case, change: FileChange) -> Iterator[Finding]:
    known = set(_SCRIPT_IMPORT.findall(change.before or ""))
    is_test = matches_any(change.path, (*case.policy.test_globs, *Policy().test_globs))
    declared = {*case.around.declared, *case.around.dev_declared}
    manifest = case.around.related.get("package.json", "")
    for line in added(change):
        for name in _SCRIPT_IMPORT.findall(line.text):
            package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
            if (
                name in known
                or name.startswith((".", "/", "~", "#", "@/", "node:"))
                or package in _BUILTIN_NODE
                or package in declared
                or f'"{package}"' in manifest
                or (is_test and package in _TEST_TOOLS)
            ):
                continue
            yield Finding(
                "dependencies",
                change.path,
                line.number,
                f"{package} is imported, but it is not a declared dependency",
                Effect.NEEDS_APPROVAL,
            )
