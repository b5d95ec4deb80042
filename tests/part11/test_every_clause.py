"""21 CFR 11 as a list: every clause has a test named after it, or says why no software can prove it."""

import re
from pathlib import Path

CLAUSES = (
    *("11.10 a", "11.10 b", "11.10 c", "11.10 d", "11.10 e", "11.10 f", "11.10 g", "11.10 h", "11.10 i", "11.10 j"),
    *("11.10 k", "11.30", "11.50 a", "11.50 b", "11.70", "11.100 a", "11.100 b", "11.100 c"),
    *("11.200 a 1", "11.200 a 1 i", "11.200 a 1 ii", "11.200 a 2", "11.200 a 3", "11.200 b"),
    *("11.300 a", "11.300 b", "11.300 c", "11.300 d", "11.300 e"),
)
NOT_OF_SOFTWARE = {
    "11.100 c": "The letter to the agency is sent by the firm; docs/server_mode.md has it on the list of installation.",
    "11.200 b": "Nobody signs by biometrics here.",
}


def clauses_with_tests() -> set[str]:
    """The clauses that stand in the names of tests: test_11_200_a_1_ii_what_ends_... proves 11.200 a 1 ii."""
    names = [name for path in Path(__file__).parent.glob("test_*.py") for name in _tests_in(path)]
    return {clause for clause in CLAUSES for name in names if _is_named_after(name, clause)}


def _tests_in(path: Path) -> list[str]:
    return re.findall(r"^def test_(11_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)


def _is_named_after(name: str, clause: str) -> bool:
    said = re.sub(r"[. ]", "_", clause)
    longer = [re.sub(r"[. ]", "_", other) for other in CLAUSES if other.startswith(f"{clause} ")]
    return name.startswith(f"{said}_") and not any(name.startswith(f"{other}_") for other in longer)


def test_every_clause_has_a_test_named_after_it_or_says_why_not() -> None:
    assert sorted(set(CLAUSES) - clauses_with_tests()) == sorted(NOT_OF_SOFTWARE)


def test_a_clause_without_a_test_is_found() -> None:
    assert _is_named_after("11_200_a_1_a_session_alone_signs_nothing", "11.200 a 1")
    assert not _is_named_after("11_200_a_1_ii_what_ends_the_period", "11.200 a 1")
    assert not _is_named_after("11_10_a_an_altered_record", "11.100 a")


def test_the_letter_to_the_agency_stands_on_the_list_of_installation() -> None:
    manual = Path(__file__).resolve().parents[2] / "docs" / "server_mode.md"

    assert "11.100(c)" in manual.read_text(encoding="utf-8")
