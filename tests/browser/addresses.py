"""Every page of the system with an address that leads somewhere in the played stories, and who opens it.

Found by introspection: a new page is opened from the day it has an address. What an address names is looked up here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from apps.core.roles import Role
from apps.organisation.access import WRITERS, Access, access_of

# The account of each role in fixtures/people.yaml; who comes first opens what several may open.
WHO = {
    Role.OPERATOR: "operator", Role.QA: "qa", Role.ANALYST: "analyst", Role.QC_HEAD: "qc_head",
    Role.STOREKEEPER: "storekeeper", Role.CERTIFIER: "certifier", Role.CHECKER: "checker", Role.AUTHOR: "author",
    Role.PHYSICIAN: "physician", Role.COLLECTOR: "collector", Role.SITE_ADMIN: "site_admin",
    Role.INSPECTOR: "inspector",
}  # fmt: skip
# What stands in the place of a parameter, by the longest beginning of the route that is named here.
NUMBERS = {
    "batches/": "CT-0043", "batches/excursions/": "INC-07", "units/batches/": "CT-0042", "units/": "CT-0042-U01",
    "testing/samples/": "CT-0043-S01", "testing/draw/": "CT-0043", "testing/runs/": "AR-0003",
    "testing/runs/open/": "CT-0043", "testing/analysis/": "CT-0041", "release/": "CT-0041",
    "documents/": "BC-CT-0042", "quality/events/": "CT-0041-E01", "quality/deviations/": "CT-0042-D01",
    "products/": "msc_covid19-v1", "materials/": "PL-124", "materials/prepare/": "CT-0043",
    "materials/take/": "CT-0043",
    "facility/instruments/": "INC-07", "facility/clear/": "CT-0043", "donation/donors/": "D-0118",
    "facility/plates/": "EM-0002",
    "dosing/recipients/": "R-0001", "dosing/orders/": "R-0001-T01", "disposal/": "CT-0042-W01",
    "disposal/batches/": "CT-0042", "storage/stores/": "LN-03", "storage/units/": "CT-0042-U01",
    "storage/probes/": "TP-31",
    "supply/": "R-0001-T01-N1",
    "testing/investigations/": "CT-0041-O01", "quality/capas/": "CT-0041-A01",
    "lookback/donors/": "D-0118", "lookback/": "D-0118-L01",
    "recall/": "NANHU-R01",
    "vigilance/orders/": "R-0001-T01", "vigilance/": "NANHU-C001",
    "stability/batches/": "CT-0042", "stability/extensions/": "CT-0042-X01", "stability/": "CT-0042-ST01",
    "transport/": "CT-0042-T01", "transport/batches/": "CT-0042",
    "banks/": "CT-0042", "banks/batches/": "CT-0043", "blinding/": "CT-0042", "blinding/recipients/": "R-0001",
}  # fmt: skip
VALUES = {
    "din": "A999926000118", "username": "operator2", "address": "batch%2FCT-0042", "page": "step", "site": "NANHU",
    "chapter": "preparation", "version": "1", "code": "B2-101", "test": "hiv", "control": "negative",
    "quantity": "co2",
    "parameter": "growth", "position": "1", "replicate": "1", "counted": "LABELS", "pk": "1",
    "month": "3",
}  # fmt: skip
PLACES = {
    "steps/": "expansion%5B1%5D.incubate", "sections/": "explant", "values/": "expansion%5B1%5D.seed.cells_seeded",
    "occurrences/": "expansion%5B2%5D",
}  # fmt: skip
VIABILITY = "batch%2FCT-0042%2Fexpansion%5B3%5D.count%5B1%5D.viability_mean"
EXACTLY = {
    "verify/<str:code>/": "verify/AAAA-BBBB-CC/",
    "inspection/trace/<path:address>/": f"inspection/trace/{VIABILITY}/",
    "facility/rooms/<str:code>/environment/": "facility/rooms/B2-101/environment/",
    "facility/rooms/<str:code>/environment.csv": "facility/rooms/B2-101/environment.csv",
    "facility/rooms/<str:code>/points/": "facility/rooms/B2-101/points/",
    "facility/rooms/<str:code>/samples/": "facility/rooms/B2-101/samples/",
    "inspection/use-log/<path:address>/": "inspection/use-log/equipment%2FINC-07/",
    "inspection/use-log/<path:address>/export.csv": "inspection/use-log/equipment%2FINC-07/export.csv",
    "testing/runs/open/<str:number>/<str:test>/": "testing/runs/open/CT-0043/in_process_sterility/",
    "materials/lots/<str:number>/labels/": "materials/lots/CM-101/labels/",
    "release/register/<str:site>/print/": "release/register/NANHU/print/",
    "quality/stop/": "quality/stop/?record=batch/CT-0043",
    "quality/report/": "quality/report/?record=batch/CT-0043",
    "people/<str:username>/roles/<int:pk>/withdraw/": "people/operator2/roles/4/withdraw/",
    "donation/donors/<str:number>/consents/<int:pk>/withdraw/": "donation/donors/D-0118/consents/3/withdraw/",
}  # fmt: skip
# Nothing of the kind is in the stories: no study, no investigation, no action, no bank, no lot of kits, no document of
# that code, no file, no decision at risk, no amendment, no recall.
LEAD_NOWHERE = {
    "verify/<str:code>/", "batches/<str:number>/files/<int:pk>/", "batches/<str:number>/files/<int:pk>/certify/",
    "batches/<str:number>/risks/<int:pk>/ratify/", "batches/<str:number>/amendments/<int:pk>/approve/",
    "testing/runs/<str:number>/controls/<str:control>/correct/",
    "banks/<str:number>/", "blinding/<str:number>/", "blinding/<str:number>/holders/",
    "blinding/<str:number>/holders/<int:pk>/end/", "blinding/<str:number>/list/",
    "blinding/<str:number>/list/reading/", "blinding/<str:number>/opening/",
    "lookback/<str:number>/", "lookback/<str:number>/duties/<int:pk>/answer/",
    "supply/<str:number>/", "supply/<str:number>/decide/", "supply/<str:number>/release/",
    "supply/<str:number>/withdraw/", "supply/<str:number>/donor/",
    "lookback/<str:number>/notices/<int:pk>/acknowledge/", "lookback/<str:number>/notices/<int:pk>/deputy/",
    "lookback/<str:number>/report/",
    "recall/<str:number>/", "recall/<str:number>/close/", "recall/<str:number>/units/<int:pk>/",
    "recall/<str:number>/units/<int:pk>/reach/",
    "testing/investigations/<str:number>/", "testing/investigations/<str:number>/laboratory/",
    "testing/investigations/<str:number>/invalidate/", "testing/investigations/<str:number>/extend/",
    "testing/investigations/<str:number>/production/", "testing/investigations/<str:number>/return/",
    "testing/investigations/<str:number>/plan/", "testing/investigations/<str:number>/plan/approve/",
    "testing/investigations/<str:number>/plan/refuse/", "testing/investigations/<str:number>/retests/",
    "testing/investigations/<str:number>/conclude/", "testing/investigations/<str:number>/capa/",
    "quality/capas/<str:number>/", "quality/capas/<str:number>/done/", "quality/capas/<str:number>/effective/",
    "quality/capas/<str:number>/not-effective/", "quality/capas/<str:number>/postpone/",
    "quality/capas/<str:number>/reopen/", "quality/capas/<str:number>/cancel/",
    "vigilance/complaints/<str:number>/", "vigilance/complaints/<str:number>/concerned/",
    "vigilance/complaints/<str:number>/triage/", "vigilance/complaints/<str:number>/answer/",
    "vigilance/complaints/<str:number>/close/", "vigilance/complaints/<str:number>/reopen/",
    "vigilance/adverse/<str:number>/", "vigilance/adverse/<str:number>/follow/",
    "vigilance/adverse/<str:number>/assess/", "vigilance/adverse/<str:number>/report/",
    "vigilance/adverse/<str:number>/close/", "vigilance/adverse/<str:number>/reopen/",
    "stability/<str:number>/", "stability/<str:number>/results.csv", "stability/<str:number>/pulls/<int:month>/",
    "stability/<str:number>/close/", "stability/<str:number>/extensions/", "stability/extensions/<str:number>/",
    "stability/extensions/<str:number>/endorse/", "stability/extensions/<str:number>/authorise/",
    "stability/extensions/<str:number>/relabel/", "stability/extensions/<str:number>/confirm/",
    "stability/extensions/<str:number>/complete/", "stability/extensions/<str:number>/withdraw/",
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """A route, the address that stands for it, and who opens it; "nobody" is not signed in."""

    route: str
    path: str
    who: str


def every_page() -> list[Address]:
    """All pages but those of the administration, which Django draws."""
    return [
        _address(route, pattern.callback, names)
        for route, pattern, names in _walk(get_resolver())
        if not route.startswith("api/v1/") and "admin" not in names
    ]


def _walk(
    resolver: URLResolver, prefix: str = "", names: tuple[str, ...] = ()
) -> Iterator[tuple[str, URLPattern, tuple[str, ...]]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route, (*names, pattern.app_name) if pattern.app_name else names)
        else:
            yield route, pattern, names


def _address(route: str, view: Any, names: tuple[str, ...]) -> Address:
    plain = re.sub(r"\(\?P<number>[^)]*\)", "<str:number>", route)
    plain = re.sub(r"\(\?P<username>[^)]*\)", "<str:username>", plain)
    plain = re.sub(r"\(\?P<verb>(\w+)[^)]*\)", r"\1", plain).replace("^", "").replace("$", "")
    path = EXACTLY.get(plain) or re.sub(r"<(?:\w+:)?(\w+)>", lambda found: _value(found[1], plain), plain)
    is_public = not getattr(view, "login_required", True) and not plain.startswith("api/")
    return Address(plain, f"/{path}", "nobody" if is_public else _who(access_of(view, names)))


def _value(name: str, route: str) -> str:
    if name == "number":
        return next(NUMBERS[start] for start in sorted(NUMBERS, key=len, reverse=True) if route.startswith(start))
    if name == "place":
        return next(PLACES[part] for part in PLACES if part in route)
    return VALUES[name]


def _who(access: Access) -> str:
    """Whoever the page is for: those who may write there when these are few, else those who may read."""
    wanted = access.write if access.write and access.write != WRITERS else access.read
    return next((name for role, name in WHO.items() if role in wanted and role in access.read), "operator")
