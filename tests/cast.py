"""The people of the tests, and how they act, sign and speak to the system. All of them are made by the services.

`cast.olga` opens Olga's account on first use: identity confirmed, declaration accepted, her role held at her site.
Everybody joined at JOINED; stories begin at AT. Times are passed in; edges read the clock (time_machine freezes it).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from rest_framework.response import Response
from rest_framework.test import APIClient

from apps.audit.services import audited
from apps.core.actor import SYSTEM, Actor
from apps.core.hashers import Argon2
from apps.core.roles import Role
from apps.organisation.models import Site, Training, User
from apps.organisation.services import (
    accept_declaration,
    confirm_identity,
    found_site,
    hold_role,
    open_account,
    record_training,
)
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.services import open_challenge

SECRET = "nine copper kettles"
JOINED = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
AT = datetime(2026, 11, 5, 6, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Part:
    """One part of the cast: who, which role, where. `titles` are title_en and title_zh."""

    printed_name: str
    printed_name_zh: str
    role: Role | None
    site: str = "NANHU"
    titles: Mapping[str, str] = field(default_factory=dict)


SITES: dict[str, dict[str, str]] = {
    "NANHU": {
        "name_en": "Nanhu Cell Centre",
        "name_zh": "南湖细胞中心",
        "address_en": "8 Nanhu Road, Jiaxing",
        "address_zh": "嘉兴市南湖路8号",
        "timezone": "Asia/Shanghai",
    },
    "RHINE": {
        "name_en": "Rhine Cell Works",
        "name_zh": "莱茵细胞工厂",
        "address_en": "Rheinufer 3, Cologne",
        "address_zh": "科隆莱茵河岸3号",
        "timezone": "Europe/Berlin",
    },
}
PARTS = {
    "olga": Part("Olga Orlova", "奥尔加", Role.OPERATOR),
    "oscar": Part("Oscar Ortega", "奥斯卡", Role.OPERATOR),
    "vera": Part("Vera Voss", "薇拉", Role.CHECKER),
    "anna": Part("Anna Arendt", "安娜", Role.ANALYST),
    "ada": Part("Ada Almeida", "艾达", Role.ANALYST),
    "hugo": Part("Hugo Hahn", "雨果", Role.QC_HEAD, titles={"title_en": "Head of QC", "title_zh": "质量控制负责人"}),
    "quinn": Part("Quinn Qian", "钱昆", Role.QA, titles={"title_en": "Quality assurance", "title_zh": "质量保证"}),
    "quentin": Part("Quentin Quist", "昆廷", Role.QA),
    "cora": Part(
        "Cora Chen",
        "陈可",
        Role.CERTIFIER,
        titles={"title_en": "Authorised person", "title_zh": "质量受权人"},
    ),
    "stella": Part("Stella Stone", "斯特拉", Role.STOREKEEPER),
    "adam": Part("Adam Acker", "亚当", Role.SITE_ADMIN),
    "astrid": Part("Astrid Aas", "阿斯特丽", Role.SITE_ADMIN),
    "ines": Part("Ines Ibarra", "伊内斯", Role.INSPECTOR),
    "arthur": Part("Arthur Ames", "阿瑟", Role.AUTHOR),
    "paula": Part("Paula Perez", "保拉", Role.PHYSICIAN),
    "nils": Part("Nils Nilsen", "尼尔斯", Role.NURSE),
    "colin": Part("Colin Cole", "科林", Role.COLLECTOR),
    "kurt": Part("Kurt Kern", "库尔特", Role.COURIER),
    "nora": Part("Nora Nobody", "诺拉", None),
    "rita": Part("Rita Roth", "丽塔", Role.OPERATOR, "RHINE"),
    "rolf": Part("Rolf Rau", "罗尔夫", Role.QA, "RHINE"),
}


class Cast:
    """Opens the accounts of the story, each on first use."""

    def __init__(self) -> None:
        self._people: dict[str, User] = {}

    def __getattr__(self, name: str) -> User:
        if name not in PARTS:
            raise AttributeError(f"nobody is called {name}; the cast is {', '.join(PARTS)}")
        if name not in self._people:
            self._people[name] = join(name, PARTS[name])
        return self._people[name]

    def holding(self, role: Role) -> User:
        """The first of the cast who holds this role at NANHU."""
        return getattr(self, next(name for name, part in PARTS.items() if part.role is role))


def join(username: str, part: Part, *, accepts: bool = True, **particulars: object) -> User:
    """Open an account the way a site does: account, identity, declaration, role. Works beyond the cast as well."""
    site = site_of(part.site)
    user = open_account(
        username=username,
        printed_name=part.printed_name,
        printed_name_zh=part.printed_name_zh,
        secret=SECRET,
        at=JOINED,
        actor=SYSTEM,
        **particulars,
    )
    confirm_identity(user=user, at=JOINED, actor=SYSTEM)
    if accepts:
        accept_declaration(user=user, at=JOINED, actor=actor(user))
    if part.role:
        give_role(user, part.role, site, **part.titles)
    user.refresh_from_db()
    return user


def give_role(user: User, role: Role, site: Site | str = "NANHU", *, at: datetime = JOINED, **titles: str) -> None:
    """One more role for a person, as the installation grants it."""
    site = site_of(site) if isinstance(site, str) else site
    with audited(actor=SYSTEM, action="role.granted", at=at, touching=[user.record]) as change:
        hold_role(
            change,
            user=user,
            site=site,
            role=role,
            training_reference="TR-1",
            granted_by=SYSTEM.username,
            approved_by=SYSTEM.username,
            **titles,
        )


def train(user: User, subject: str, *, at: datetime = JOINED, until: datetime | None = None) -> Training:
    """Prove a person's training on a subject: the address of a master version or a procedure."""
    return record_training(user=user, subject=subject, reference="TR-1", at=at, actor=SYSTEM, until=until)


def site_of(code: str) -> Site:
    """The site with this code, founded on first use."""
    return Site.objects.filter(code=code).first() or found_site(code=code, at=JOINED, **SITES[code])


def actor(user: User, *, session: str = "") -> Actor:
    """The person as the trail names them, on a session of their own."""
    return Actor(
        username=user.username,
        printed_name=user.printed_name,
        session=session or f"session-of-{user.username}",
        device="a tablet",
    )


def sign_as(
    user: User, content: SignedContent, *, at: datetime = AT, on: User | None = None, secret: str = SECRET
) -> Signing:
    """Show content for signing and answer with both components. `on`: whose session it is when another one signs.

    seal_it(..., signing=sign_as(cast.vera, content, on=cast.olga), actor=actor(cast.olga), at=AT)
    """
    challenge = open_challenge(content=content, actor=actor(on or user), at=at)
    return Signing(challenge.pk, secret, user.username)


class ApiPerson(APIClient):
    """A person at the API: session cookie, CSRF enforced, JSON."""

    default_format = "json"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(enforce_csrf_checks=True, **kwargs)

    def sign_in(self, user: User, secret: str = SECRET) -> Response:
        """Open a session and keep its CSRF token for what follows."""
        reply = self.post("/api/v1/session/", {"username": user.username, "secret": secret})
        if reply.status_code == 200:
            self.credentials(HTTP_X_CSRFTOKEN=reply.json()["csrf"])
        return reply

    def sign(
        self,
        url: str,
        body: Mapping[str, object] | None = None,
        *,
        person: User,
        challenges: str = "",
        show: Mapping[str, object] | None = None,
        if_match: str = "",
        secret: str = SECRET,
    ) -> Response:
        """Ask what is to be signed (POST `challenges`, else `<url>challenges/`, with `show` or the body), then sign."""
        shown = self.post(challenges or f"{url}challenges/", dict(body or {}) if show is None else dict(show))
        if shown.status_code != 201:
            return shown
        signature = {"challenge": shown.json()["id"], "secret": secret, "username": person.username}
        headers = {"If-Match": if_match} if if_match else {}
        return self.post(url, {**(body or {}), "signature": signature}, headers=headers)


@pytest.fixture(autouse=True)
def _quick_secrets(settings: LazySettings, request: pytest.FixtureRequest) -> None:
    """The same algorithm at its smallest cost, for tests open many accounts; `real_secrets` puts the true cost back."""
    if "real_secrets" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["tests.cast.QuickArgon2"]


class QuickArgon2(Argon2):
    """Argon2id at its smallest cost: for tests only."""

    memory_cost = 8
    time_cost = 1


@pytest.fixture
def real_secrets() -> None:
    """Keep the true cost of a secret in this test."""


@pytest.fixture
def site(db: None) -> Site:
    """Nanhu, where most stories play."""
    return site_of("NANHU")


@pytest.fixture
def rhine(db: None) -> Site:
    """The other site."""
    return site_of("RHINE")


@pytest.fixture
def cast(site: Site) -> Cast:
    """The people, opened on first use."""
    return Cast()


@pytest.fixture
def api_client(db: None) -> Iterator[Any]:
    """`api_client(cast.olga)`: Olga at the API, signed in with CSRF enforced; `api_client()` is nobody."""

    def client_of(user: User | None = None) -> ApiPerson:
        client = ApiPerson()
        if user:
            reply = client.sign_in(user)
            assert reply.status_code == 200, reply.content
        return client

    return client_of


@pytest.fixture
def web_client(db: None) -> Any:
    """`web_client(cast.olga)`: Olga at the pages, signed in through the sign-in page; `web_client()` is nobody."""

    def client_of(user: User | None = None) -> Client:
        client = Client()
        if user:
            reply = client.post("/sign-in/", {"username": user.username, "secret": SECRET})
            assert reply.status_code == 302, reply.content
        return client

    return client_of
