"""config/agent.yaml is checked."""

import pytest

from billing_agent.config import ConfigError, load_settings


def test_the_file_in_the_repository_is_valid():
    settings = load_settings()
    assert settings.refunds.processing_days == 5


def settings_file(tmp_path, text):
    path = tmp_path / "agent.yaml"
    path.write_text(text)
    return path


def test_a_value_that_is_not_allowed_is_named(tmp_path):
    path = settings_file(tmp_path, "retrieval: {folder: knowledge, top_k: 3, min_score: 0.3, rank_by: magic}\n")
    with pytest.raises(ConfigError, match="rank_by is 'magic'"):
        load_settings(path)


def test_a_missing_setting_is_named(tmp_path):
    with pytest.raises(ConfigError, match="retrieval.top_k is missing"):
        load_settings(settings_file(tmp_path, "retrieval: {folder: knowledge}\n"))
