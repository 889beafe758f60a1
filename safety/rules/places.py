"""Places in a repository that steer people and machines beside the program: none is a place for an agent's fix."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from safety.globs import matches, plain
from safety.verdict import Effect


class Place(NamedTuple):
    """A glob, what stands there, and what a change there needs."""

    pattern: str
    says: str
    effect: Effect


_GIT = "this is git's own administration; a change here can run code or lose work"
_HOOK = "this is run by git on the developer's machine"
_REFINERY = "this is Refinery's own policy and state; what is guarded must not change the guard"
_TOOL = "this steers another agent or editor, and can run commands on the developer's machine"
_START = "this is run at the start of every shell or interpreter"
_CREDENTIALS = "this is where credentials of people or packages are kept"
_REVIEW = "this decides who has to review what"
_CI = "this is run by the build server, with its rights"

_BLOCKED = (
    *(
        (pattern, _GIT)
        for pattern in (".git/**", ".git", "**/.git/**", "**/.git", ".gitmodules", ".gitconfig", "git~*/**", "*.lock/.git/**")
    ),
    *(
        (p, _HOOK)
        for p in ("**/.husky/**", "**/.githooks/**", "**/.git-hooks/**", "**/git-hooks/**", "**/githooks/**", ".pre-commit-config.yaml")
    ),
    *(
        (p, _HOOK)
        for p in (".pre-commit-config.yml", ".pre-commit-hooks.yaml", "lefthook*.yml", "lefthook*.yaml", ".overcommit.yml", ".lefthook/**")
    ),
    *(
        (p, _HOOK)
        for p in ("**/hooks/pre-commit", "**/hooks/pre-push", "**/hooks/post-*", "**/hooks/commit-msg", ".huskyrc*", ".lintstagedrc*")
    ),
    *((p, _REFINERY) for p in ("**/.refinery/**", "refinery.toml", "refinery.yaml", "refinery.yml", ".refinery*")),
    *(
        (f"**/{p}/**", _TOOL)
        for p in (".claude", ".cursor", ".codex", ".gemini", ".windsurf", ".continue", ".aider", ".roo", ".kiro", ".amp")
    ),
    *((f"**/{p}/**", _TOOL) for p in (".vscode", ".idea", ".devcontainer", ".zed", ".fleet", ".agents", ".opencode", ".junie", ".goose")),
    *(
        (p, _TOOL)
        for p in ("AGENTS.md", "CLAUDE.md", "CLAUDE.local.md", "GEMINI.md", ".cursorrules", ".windsurfrules", ".clinerules*", ".aider*")
    ),
    *(
        (p, _TOOL)
        for p in (
            ".goosehints",
            "copilot-instructions.md",
            "**/.github/copilot/**",
            "*.code-workspace",
            "*.sublime-project",
            ".exrc",
            ".vimrc",
        )
    ),
    *((p, _TOOL) for p in (".nvim.lua", ".dir-locals.el", "devcontainer.json", ".gitpod.yml")),
    *((p, _START) for p in ("*.pth", "sitecustomize.py", "usercustomize.py", ".envrc", ".bashrc", ".zshrc", ".profile", ".bash_profile")),
    *(
        (p, _START)
        for p in (
            ".bash_login",
            ".bash_aliases",
            ".bash_logout",
            ".zshenv",
            ".zprofile",
            ".pythonrc*",
            ".pdbrc",
            ".gdbinit",
            ".lldbinit",
            ".inputrc",
            ".Rprofile",
        )
    ),
    *(
        (p, _START)
        for p in ("**/cron.d/**", "crontab", "**/.config/autostart/**", "**/systemd/system/**", "**/systemd/user/**", "**/LaunchAgents/**")
    ),
    *(
        (p, _CREDENTIALS)
        for p in ("**/.ssh/**", "**/.aws/**", "**/.gnupg/**", "**/.kube/**", ".netrc", "_netrc", ".pgpass", ".git-credentials")
    ),
    *((p, _CREDENTIALS) for p in (".pypirc", "**/.docker/config.json", "**/.config/gcloud/**", ".htpasswd")),
    ("CODEOWNERS", _REVIEW),
)
_APPROVED = (
    *(
        (p, _CI)
        for p in (
            "**/.github/**",
            ".gitlab-ci*.yml",
            "**/.gitlab/**",
            "**/.circleci/**",
            "Jenkinsfile*",
            "azure-pipelines*.yml",
            ".travis.yml",
        )
    ),
    *(
        (p, _CI)
        for p in (
            ".drone.yml",
            "bitbucket-pipelines.yml",
            "**/.buildkite/**",
            "appveyor.yml",
            ".appveyor.yml",
            "cloudbuild.y*ml",
            "buildspec*.yml",
        )
    ),
    *(
        (p, _CI)
        for p in (
            ".woodpecker*",
            "**/.tekton/**",
            "**/.ci/**",
            "**/.teamcity/**",
            "codecov.yml",
            ".codecov.yml",
            "sonar-project.properties",
        )
    ),
    *((p, "this decides which updates are taken in by themselves") for p in ("renovate.json*", ".renovaterc*", "dependabot.yml")),
    *((p, "this decides where packages come from") for p in (".npmrc", ".yarnrc*", "pip.conf", ".condarc", "uv.toml", ".pip/**")),
    *(
        (p, "this decides what is run where the program is deployed")
        for p in (
            "Procfile*",
            "supervisord.conf",
            "*.service",
            "*.timer",
            "ecosystem.config.*",
            "fly.toml",
            "render.yaml",
            "heroku.yml",
            "app.yaml",
            "railway.json",
            "railway.toml",
            "vercel.json",
            "netlify.toml",
            "captain-definition",
            "nixpacks.toml",
        )
    ),
    (".bazelrc", "this decides how everything is built"),
    ("**/.yarn/releases/**", "this is run in the place of the package manager"),
    ("**/.yarn/plugins/**", "this is run by the package manager"),
    (".env", "this is where settings and keys of one machine are kept"),
    (".gitattributes", "this decides how git reads, merges and shows files"),
)
PLACES = tuple(Place(p, s, Effect.BLOCK) for p, s in _BLOCKED) + tuple(Place(p, s, Effect.NEEDS_APPROVAL) for p, s in _APPROVED)


@lru_cache(maxsize=1_024)
def place_of(path: str) -> Place | None:
    """The hardest place that a path lies in, by the most lenient comparison of names."""
    found = [place for place in PLACES if matches(path, place.pattern, exact=False)]
    return max(found, key=lambda place: place.effect.rank, default=None) or _disguised(path)


def _disguised(path: str) -> Place | None:
    """A folder `.git` behind a stream name, separators or characters that some file system drops."""
    for part in plain(path.replace("\\", "/")).split("/"):
        if part.split(":")[0].rstrip(". ") in (".git", "git~1", ".gitmodules"):
            return Place(part, _GIT, Effect.BLOCK)
    return None
