"""What a number is checked against that somebody else gave out: countries (ISO 3166-1) and registers of trials."""

import re
from enum import StrEnum

_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())


class TrialRegistry(StrEnum):
    """Where a clinical trial is registered."""

    NCT = "NCT"
    EUDRACT = "EUDRACT"
    CTIS = "CTIS"
    CHICTR = "CHICTR"


REGISTRY_NAMES = {
    TrialRegistry.NCT: "ClinicalTrials.gov",
    TrialRegistry.EUDRACT: "EudraCT",
    TrialRegistry.CTIS: "EU CTIS",
    TrialRegistry.CHICTR: "ChiCTR",
}
TRIAL_EXAMPLES = {
    TrialRegistry.NCT: "NCT01234567",
    TrialRegistry.EUDRACT: "2020-001234-56",
    TrialRegistry.CTIS: "2023-501234-12-00",
    TrialRegistry.CHICTR: "ChiCTR2000012345",
}
# The register in China first wrote ChiCTR-TRC-08000194, with the kind of the study; since 2017 two digits of the year.
_FORMS = {
    TrialRegistry.NCT: r"NCT\d{8}",
    TrialRegistry.EUDRACT: r"20\d{2}-\d{6}-\d{2}",
    TrialRegistry.CTIS: r"20\d{2}-5\d{5}-\d{2}-\d{2}",
    TrialRegistry.CHICTR: r"ChiCTR(?:\d{10}|-[A-Z]{2,4}-\d{8})",
}


def is_trial_number(registry: TrialRegistry, number: str) -> bool:
    """Whether a register gives out numbers of this form; it says nothing of whether there is such a trial."""
    return re.fullmatch(_FORMS[registry], number, re.ASCII) is not None
