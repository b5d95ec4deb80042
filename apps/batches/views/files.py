"""Attached files: shown as they were attached, and certified as true copies by a second person."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.batches.content import true_copy_content
from apps.batches.models import Attachment
from apps.batches.rules.files import kind_of
from apps.batches.selectors.files import ContentLost, attachment_bytes
from apps.batches.services.files import certify_true_copy
from apps.batches.views.finding import batch_named, place_named
from apps.batches.views.moving import frame_of
from apps.core.http import as_file, who
from apps.core.roles import Role
from apps.organisation.access import open_to
from apps.signatures.pages import Panel, signed_page

CERTIFIERS = frozenset({Role.CHECKER, Role.OPERATOR, Role.QA})
TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png", "csv": "text/csv"}


@open_to(write=frozenset())
@require_safe
def file(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET /batches/<number>/files/<id>/: the file as it was attached; its type is read from its content."""
    attachment = get_object_or_404(Attachment, batch=batch_named(request, number), pk=pk)
    try:
        content = attachment_bytes(attachment)
    except (ContentLost, FileNotFoundError) as lost:
        raise Http404 from lost
    return as_file(
        HttpResponse(content, content_type=TYPES.get(kind_of(content), "application/octet-stream")), attachment.name
    )


@open_to(read=CERTIFIERS, write=CERTIFIERS)
@require_http_methods(["GET", "HEAD", "POST"])
def certify(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET, POST /batches/<number>/files/<id>/certify/: a second person compares the image with the paper."""
    batch = batch_named(request, number)
    found = Attachment.objects.select_related("batch__record", "batch__site")
    attachment = get_object_or_404(found, batch=batch, pk=pk)
    back = reverse("batches:step", args=[number, str(place_named(attachment.place).step_place)])
    panel = Panel(
        title=_("Certify a true copy"),
        verb=_("Sign: true copy"),
        content=lambda: true_copy_content(attachment),
        cancel_url=back,
        second=True,
        note=_("not for your own photos"),
    )
    image = {"image_url": reverse("batches:file", args=[number, pk]), "is_image": attachment.media_type[:6] == "image/"}
    return signed_page(
        request,
        panel,
        lambda signing: certify_true_copy(attachment=attachment, signing=signing, **who(request)),
        back,
        template="batches/true_copy.html",
        context={"attachment": attachment, **image, **frame_of(batch)},
    )
