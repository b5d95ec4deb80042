"""What is done to sites, accounts, roles and sessions; one file per family of verbs."""

from apps.organisation.services.access import require, require_admin_of
from apps.organisation.services.accounts import (
    accept_declaration,
    choose_display,
    confirm_identity,
    deactivate_user,
    forget_view,
    found_site,
    give_badge,
    keep_view,
    open_account,
    reactivate,
    set_idle_limit,
)
from apps.organisation.services.beginning import Named, name_first_administrators
from apps.organisation.services.credentials import change_secret, give_new_secret, revoke_secret
from apps.organisation.services.recognition import forget_failures, recognise
from apps.organisation.services.roles import acknowledge_training, hold_role, record_training, withdraw_role
from apps.organisation.services.sessions import close_session, open_session, resume_session

__all__ = [
    "Named",
    "accept_declaration",
    "acknowledge_training",
    "change_secret",
    "choose_display",
    "close_session",
    "confirm_identity",
    "deactivate_user",
    "forget_failures",
    "forget_view",
    "found_site",
    "give_badge",
    "give_new_secret",
    "hold_role",
    "keep_view",
    "name_first_administrators",
    "open_account",
    "open_session",
    "reactivate",
    "recognise",
    "record_training",
    "require",
    "require_admin_of",
    "resume_session",
    "revoke_secret",
    "set_idle_limit",
    "withdraw_role",
]
