"""Arms as master records write them, one for each way of counting a dose."""

from typing import Any

from pydantic import TypeAdapter

from apps.products.definition.dosing import Arm, DoseCap

ARM, CAP = TypeAdapter(Arm), TypeAdapter(DoseCap)
SOURCE = "paper STD"


def counted(value: str, unit: str) -> dict[str, str]:
    """A figure as a master record writes it."""
    return {"value": value, "unit": unit, "source": SOURCE}


def arm(basis: str, dose: str, **words: Any) -> Arm:
    """An arm; floor, cap and dose_to are written as texts in the unit of the whole dose, or as figures."""
    unit = {"fixed": "{cells}", "per_kg": "{cells}/kg", "volume_per_kg": "mL/kg", "mass_per_kg": "g/kg"}[basis]
    label = {"en": "Arm", "zh": "组"}
    told = {"key": "arm", "label": label, "basis": basis, "dose": counted(dose, unit), "days": [0], "window_days": 0}
    if "dose_to" in words:
        words["dose_to"] = counted(words["dose_to"], unit)
    return ARM.validate_python({**told, "route": "iv", "source": SOURCE, **words})


def at_most(high: str, unit: str, *, decimals: int = 1, outside: str = "fail") -> DoseCap:
    """A cap on what comes with the dose."""
    limit = {"kind": "at_most", "high": high, "compare": "rounded", "decimals": decimals, "outside": outside}
    label = {"en": "Burden", "zh": "负荷"}
    told = {"key": "cap", "label": label, "function": "dose", "unit": unit, "limit": {**limit, "source": SOURCE}}
    return CAP.validate_python(told)


FIXED = arm("fixed", "4.0e7", days=[0, 3, 6], minimum_interval="3 d", cap=counted("1.0e8", "{cells}"))
PER_KG = arm("per_kg", "1.0e6", cap=counted("3.0e6", "{cells}/kg"))
BY_VOLUME = arm("volume_per_kg", "4", dose_to="5", floor=counted("200", "mL"), cap=counted("500", "mL"))
BY_MASS = arm("mass_per_kg", "0.15")
WHOLE_LOT = arm("per_kg", "3.0e6", whole_lot=True, after_conditioning={"at_least": "48 h", "at_most": "7 d"})
