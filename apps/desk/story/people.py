"""The demo sites and their people, made by the services as a new installation would make them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from ruamel.yaml import YAML

from apps.audit.services import audited
from apps.core.actor import SYSTEM, Actor
from apps.core.roles import Role
from apps.desk.story.stage import Stage
from apps.organisation.models import RoleHeld, Site, User
from apps.organisation.services import (
    accept_declaration,
    confirm_identity,
    found_site,
    hold_role,
    open_account,
    record_training,
)

INSTALLER = replace(SYSTEM, username="installer", printed_name="Installation of the demo")


def read_people(path: Path) -> Mapping[str, list[Mapping[str, str]]]:
    """The demo sites and people as written."""
    return YAML(typ="safe", pure=True).load(path)


def found_sites(path: Path, *, now: datetime, days_before: int) -> str:
    """Found the sites and open the accounts as of some days ago. Returns the secret of all demo accounts."""
    data = read_people(path)
    at = now - timedelta(days=days_before)
    sites = {site["code"]: found_site(at=at, **site) for site in data["sites"]}
    for person in data["people"]:
        where = sites.values() if person["user"] in data["both_sites"] else [sites["NANHU"]]
        _join(person, list(where), str(data["password"]), at)
    return str(data["password"])


def _join(person: Mapping[str, str], sites: list[Site], secret: str, at: datetime) -> None:
    user = open_account(
        username=person["user"],
        printed_name=person["name"],
        printed_name_zh=person["zh"],
        secret=secret,
        badge=person.get("badge"),
        is_demo=True,
        at=at,
        actor=INSTALLER,
    )
    confirm_identity(user=user, at=at, actor=INSTALLER)
    accept_declaration(user=user, at=at, actor=Actor(user.username, user.printed_name, authenticated="installation"))
    with audited(actor=INSTALLER, action="role.granted", at=at, touching=[user.record]) as change:
        for site in sites:
            hold_role(
                change,
                user=user,
                site=site,
                role=Role(person["role"]),
                training_reference="DEMO-TRAINING",
                title_en=person["title_en"],
                title_zh=person["title_zh"],
                granted_by=SYSTEM.username,
                approved_by=INSTALLER.username,
            )


def train(stage: Stage, who: str, at: datetime, *, subject: str, reference: str) -> None:
    """Everybody at the site but the administrator who records it is trained on a subject."""
    held = RoleHeld.objects.filter(site=stage.site).exclude(user__username=who).values("user")
    for user in User.objects.filter(pk__in=held).select_related("record").order_by("username"):
        record_training(user=user, subject=subject, reference=reference, at=at, actor=stage.actor(who))
