"""What the user allows: globs and limits, as `refinery.toml` and `guard --policy FILE` state them."""

from __future__ import annotations

from dataclasses import dataclass

from safety.verdict import Effect, Verdict

RULES = ("fit", "scope", "size", "secrets", "syntax", "danger", "tests", "dependencies", "taint", "unicode")
"""The names of the guard's rules, as findings and `yes_approves` state them."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Globs are git's: `**` crosses folders, `*` does not, and one without a slash matches in any folder."""

    editable: tuple[str, ...] = ("**",)
    """Only these may be changed; everything else is blocked."""
    protected: tuple[str, ...] = ()
    """Never changed, not even with approval. Refinery's own policy, `.git` and hooks are always protected, whatever stands here."""
    core_files: tuple[str, ...] = ()
    """Changed only with approval."""
    max_changed_lines: int = 80
    """More lines added and removed than this need approval."""
    test_globs: tuple[str, ...] = (
        "tests/**",
        "test/**",
        "**/test_*.py",
        "**/*_test.py",
        "conftest.py",
        "**/*.test.*",
        "**/*.spec.*",
        "**/__snapshots__/**",
        "**/__tests__/**",
        "**/golden/**",
    )
    judge_globs: tuple[str, ...] = ("scenarios/**", "rubrics/**", "evals/**")
    """Scenarios, rubrics and judges: what decides must not be changed by what is decided on."""
    dependency_files: tuple[str, ...] = (
        "pyproject.toml",
        "requirements*.txt",
        "setup.py",
        "setup.cfg",
        "package.json",
        "*lock*",
        "environment.yml",
        "Dockerfile",
        ".mcp.json",
    )
    yes_approves: tuple[str, ...] = ()
    """Rules whose questions `--yes` may answer in a person's place. What a rule blocks, nothing approves."""

    def yes_is_enough(self, verdict: Verdict) -> bool:
        """Whether every rule that asks for a person is one that `--yes` may answer; a finding that no guard rule made never is."""
        asking = {finding.rule for finding in verdict.findings if finding.effect is not Effect.ALLOW}
        return verdict.effect is Effect.NEEDS_APPROVAL and asking <= set(self.yes_approves) & set(RULES)
