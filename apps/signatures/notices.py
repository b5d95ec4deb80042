"""What is told to the owner of an account when others act on it (21 CFR 11.200(a)(3))."""

from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.organisation.models import User


def tell_of_reset(user: User) -> None:
    """Tell the owner that the password was replaced. The page of the account says the same at the next sign-in."""
    if not user.email:
        return
    with override(user.language):
        subject = _("Your password was replaced")
        body = _("Your password was replaced by %(who)s. If you did not ask for it, tell quality assurance now.")
        send_mail(subject, body % {"who": user.secret_reset_by}, None, [user.email], fail_silently=True)
