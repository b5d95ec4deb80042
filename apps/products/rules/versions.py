"""What stands against a decision about a master record."""

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.facts import VersionState, VersionVerb
from apps.products.lifecycle import MOVES


def may_not_move(verb: VersionVerb, state: VersionState, number: str) -> Objection | None:
    """The table of moves allows the verb only in some states."""
    if state in MOVES[verb].sources:
        return None
    template = N_("{number} is {state}; this is decided only while it is {wanted}.")
    wanted = ", ".join(sorted(MOVES[verb].sources))
    return Objection("wrong_state", template, {"number": number, "state": state.value, "wanted": wanted})


def is_own_record(author: str, approver: str) -> Objection | None:
    """A second person approves (21 CFR 211.186)."""
    if author != approver:
        return None
    return Objection("same_person", N_("The author of a master record can't approve it; a second person does."))


def is_settled(state: VersionState, number: str) -> Objection | None:
    """From the author's signature on the text stands; a change is a new version."""
    if state is VersionState.DRAFT:
        return None
    template = N_("{number} is {state} and can't change; write the change as a new version.")
    return Objection("settled", template, {"number": number, "state": state.value})


def skips_a_version(version: int, newest: int) -> Objection | None:
    """Versions count up without a gap."""
    if version <= newest + 1:
        return None
    template = N_("Version {version} comes after version {newest}; the next one is {next}.")
    return Objection("version_gap", template, {"version": version, "newest": newest, "next": newest + 1}, "version")


def is_not_authorised_here(sites: tuple[str, ...], site: str) -> Objection | None:
    """A product is made at the sites of its authorisation only."""
    if site in sites:
        return None
    template = N_("The authorisation names the sites {sites}, not {site}.")
    return Objection("site_not_authorised", template, {"sites": ", ".join(sites), "site": site}, "site")
