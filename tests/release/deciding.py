"""The people who decide over the batch, and how they do it; each act takes a minute."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from time_machine import Traveller

from apps.audit.services import audited, sequence_entries
from apps.batches.content import check_content, section_content
from apps.batches.models import Batch, RecordedValue
from apps.batches.services.checking import check_section
from apps.batches.services.correcting import correct_value
from apps.batches.services.risking import add_comment
from apps.batches.services.signing import sign_section
from apps.core.actor import SYSTEM
from apps.core.errors import Refused
from apps.core.roles import Role
from apps.desk.story.stage import Stage
from apps.documents.models import Document
from apps.documents.selectors import due_documents
from apps.documents.services import issue_document
from apps.organisation.selectors import user_named
from apps.products.facts import Place
from apps.quality.content import close_event_content
from apps.quality.facts import EventKind, Severity
from apps.quality.models import Event
from apps.quality.services import close_event, report_event
from apps.release.content.signed import (
    certify_content,
    recall_content,
    reject_content,
    release_content,
    reopen_content,
    review_content,
    withdraw_content,
)
from apps.release.facts import Answer, ReviewPage
from apps.release.selectors import review_page
from apps.release.services import (
    accept_finding,
    certify_batch,
    recall_batch,
    reject_batch,
    release_for_supply,
    reopen_batch,
    review_batch,
    withdraw_review,
)
from apps.signatures.facts import SignedContent
from tests.cast import give_role

NOTE = "Read with its place in the record; no effect on the product."
WHY = "The harvest count was copied from the wrong line"
REASONED: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "withdraw": (withdraw_content, withdraw_review),
    "reopen": (reopen_content, reopen_batch),
    "reject": (reject_content, reject_batch),
    "recall": (recall_content, recall_batch),
}


def refusal(act: Callable[[], object]) -> Refused:
    """The refusal of an act that must be refused."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def codes(act: Callable[[], object]) -> list[str]:
    """The codes of everything that stands against an act, in alphabetical order."""
    return sorted({objection.code for objection in refusal(act).objections})


@dataclass
class Release:
    """The batch of the story after QC's approval."""

    stage: Stage
    now: datetime
    clock: Traveller

    @property
    def batch(self) -> Batch:
        return self.stage.batch

    @property
    def page(self) -> ReviewPage:
        return review_page(self.batch)

    def later(self, **span: float) -> "Release":
        self.now += timedelta(**(span or {"minutes": 1}))
        self.clock.move_to(self.now)
        return self

    def signed(self, who: str, content: SignedContent, service: Callable[..., Any], **words: Any) -> Any:
        """Show, sign, decide."""
        self.later()
        signing = self.stage.signing(content, self.now, who)
        return service(batch=self.batch, signing=signing, actor=self.stage.actor(who), at=self.now, **words)

    def accept(self, key: str, who: str = "qa", note: str = NOTE) -> Any:
        self.later()
        return accept_finding(batch=self.batch, key=key, note=note, actor=self.stage.actor(who), at=self.now)

    def accept_all(self, who: str = "qa") -> "Release":
        for finding in self.page.findings:
            if finding.answer is Answer.TO_JUDGE:
                self.accept(finding.key, who)
        return self

    def sign_review(self, who: str = "qa") -> Batch:
        return self.signed(who, review_content(self.batch), review_batch)

    def reviewed(self) -> "Release":
        self.accept_all().sign_review()
        return self

    def certify(self, who: str = "certifier") -> Batch:
        return self.signed(who, certify_content(self.batch), certify_batch)

    def certified(self) -> "Release":
        self.reviewed().certify()
        return self

    def issue(self) -> Document:
        """What the sweeps do: a checkpoint, then the sealed document."""
        self.later()
        sequence_entries(at=self.now)
        issued = [issue_document(document=document, at=self.now) for document in due_documents()]
        return issued[-1]

    def supply(self, who: str = "qa2") -> Batch:
        return self.signed(who, release_content(self.batch), release_for_supply)

    def supplied(self) -> "Release":
        """After the certification."""
        self.issue()
        self.supply()
        return self

    def decide(self, verb: str, who: str = "qa", reason: str = WHY) -> Batch:
        """One of the decisions that say why."""
        content, service = REASONED[verb]
        return self.signed(who, content(self.batch, reason), service, reason=reason)

    def happen(self, severity: Severity = Severity.MAJOR, text: str = "Smoke in the corridor.") -> Event:
        """Something is reported on the batch."""
        self.later()
        record = self.batch.record
        with audited(actor=SYSTEM, action="test.happened", at=self.now, touching=[record]) as change:
            said = {"kind": EventKind.EXCURSION, "severity": severity, "template": text}
            return report_event(change, subject=record, **said)

    def close(self, event: Event, who: str = "qa2") -> Event:
        self.later()
        signing = self.stage.signing(close_event_content(event=event, reason=NOTE), self.now, who)
        return close_event(event=event, reason=NOTE, signing=signing, actor=self.stage.actor(who), at=self.now)

    def correct(self, place: str, text: str, who: str = "operator", reason: str = WHY) -> RecordedValue:
        self.later()
        shown = RecordedValue.objects.get(batch=self.batch, place=place, superseded_by=None)
        return correct_value(
            batch=self.batch,
            place=place,
            supersedes=shown.pk,
            text=text,
            reason=reason,
            actor=self.stage.actor(who),
            at=self.now,
        )

    def sign_again(self, section: str, who: str = "operator") -> Any:
        self.later()
        content = section_content(self.batch, Place.parse(section), who)
        return self.signed(who, content, sign_section, section=section)

    def check_again(self, section: str, who: str = "checker") -> Any:
        content = check_content(self.batch, Place.parse(section))
        return self.signed(who, content, check_section, section=section)

    def comment(self, text: str, who: str = "qa2") -> Any:
        self.later()
        return add_comment(batch=self.batch, text=text, actor=self.stage.actor(who), at=self.now)

    def also(self, who: str, roles: Iterable[Role]) -> "Release":
        """A person gets more roles."""
        user = user_named(who)
        assert user
        held = set(user.roles.filter(site=self.stage.site).values_list("role", flat=True))
        for role in roles:
            if role not in held:
                give_role(user, role, at=self.now)
        return self
