"""Numbers that others give out: of the form of their register, or refused before anybody prints them."""

import pytest

from apps.products.facts import COUNTRIES, TRIAL_EXAMPLES, TrialRegistry, is_trial_number


@pytest.mark.parametrize(
    ("registry", "number"),
    [
        ("NCT", "NCT04288102"),
        ("EUDRACT", "2020-001505-22"),
        ("CTIS", "2022-500024-30-00"),
        ("CHICTR", "ChiCTR2000029990"),
        ("CHICTR", "ChiCTR1800018724"),
        ("CHICTR", "ChiCTR-TRC-08000194"),
        *((registry.value, example) for registry, example in TRIAL_EXAMPLES.items()),
    ],
)
def test_a_number_of_its_register_is_taken(registry: str, number: str) -> None:
    assert is_trial_number(TrialRegistry(registry), number)


@pytest.mark.parametrize(
    ("registry", "number"),
    [
        *(("NCT", number) for number in ("NCT0428810", "NCT042881021", "nct04288102", "NCT0428810O", " NCT04288102")),
        *(("EUDRACT", number) for number in ("2020-001505", "2020-001505-2", "1999-001505-22", "2020001505-22")),
        *(("CTIS", number) for number in ("2022-400024-30-00", "2022-500024-30", "2020-001505-22")),
        *(
            ("CHICTR", number)
            for number in ("ChiCTR200002999", "ChiCTR-TRC-0800019", "CHICTR2000029990", "ChiCTR-08000194")
        ),
        ("NCT", "NCT٠٤٢٨٨١٠٢"),
        ("NCT", "NCT04288102\n"),
    ],
)
def test_a_number_of_another_form_is_refused(registry: str, number: str) -> None:
    assert not is_trial_number(TrialRegistry(registry), number)


def test_the_countries_are_those_of_iso_3166() -> None:
    assert len(COUNTRIES) == 249
    assert {"CN", "DE", "US", "GB"} <= COUNTRIES
    assert not {"EU", "UK", "XK"} & COUNTRIES
