"""`make check` says which generated document or translation no longer tells the truth."""

from pathlib import Path

import pytest

from deploy import docs, translations
from tests.architecture.source import ROOT

SOURCE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Hold"\nmsgstr "{}"\n'


def test_a_generated_document_that_was_edited_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "GENERATED", {"same.md": lambda: "text\n", "edited.md": lambda: "text\n"})
    (tmp_path / "same.md").write_text("text\n")
    (tmp_path / "edited.md").write_text("other\n")

    assert docs.outdated() == ["edited.md"]


def test_the_lives_of_batches_units_and_lots_are_one_generated_page() -> None:
    page = docs.GENERATED["docs/lifecycle.md"]()

    titles = {line for line in page.splitlines() if line.startswith("# ")}
    assert titles >= {"# The life of a batch", "# The life of a unit", "# The life of a material lot"}
    assert (ROOT / "docs/lifecycle.md").is_file()


def test_a_translation_that_was_not_compiled_is_found(tmp_path: Path) -> None:
    source = tmp_path / "django.po"
    source.write_text(SOURCE.format("保留"))
    assert not translations.is_current(source, tmp_path)

    translations.compile_into(source, source.with_suffix(".mo"))
    assert translations.is_current(source, tmp_path)

    source.write_text(SOURCE.format("锁定"))
    assert not translations.is_current(source, tmp_path)
