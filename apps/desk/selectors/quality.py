"""What waits for quality, for authors of master records and for physicians."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Count, Q

from apps.batches.facts.words import AmendmentState
from apps.batches.models import Amendment
from apps.batches.selectors.risks import unratified_risks
from apps.core.text import N_, trimmed
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST, Duty
from apps.donation.facts import Eligibility
from apps.donation.models import Donation
from apps.donation.selectors import awaiting_countersignature
from apps.materials.models import MaterialLot
from apps.materials.selectors import known_materials_at
from apps.organisation.models import Site
from apps.products.models import ProductVersion
from apps.quality.facts import CapaState, DeviationState, EventKind, EventState
from apps.quality.models import Capa, Deviation, Event, Hold
from apps.quality.rules import one_working_day_after
from apps.storage.models import StoreExcursion

RISK_OF = {"MINOR": Risk.LOW, "MAJOR": Risk.MIDDLE, "CRITICAL": Risk.HIGH}


def events(whom: Asked) -> Iterator[Task]:
    """Events that nobody has judged; not those one reported oneself."""
    found = Event.objects.filter(state=EventState.OPEN, subject__site__in=whom.sites)
    found = found.exclude(kind=EventKind.REPORTED, opened_by=whom.username).select_related("record", "subject")
    zones = dict(Site.objects.filter(code__in=whom.sites).values_list("code", "timezone"))
    for event in found.order_by("opened_at", "pk")[:MOST]:
        number, due = event.record.number, one_working_day_after(event.opened_at, zones[event.subject.site])
        yield Task(
            N_("Triage event"), number, event.opened_at, "quality:event", (number,), event.facts, event.template,
            RISK_OF[event.severity], due,
        )  # fmt: skip


def deviations(whom: Asked) -> Iterator[Task]:
    """Deviations whose product impact is not signed, and those that are not closed."""
    found = Deviation.objects.exclude(state=DeviationState.CLOSED).filter(subject__site__in=whom.sites)
    for deviation in found.select_related("record", "event").order_by("due_at", "pk")[:MOST]:
        number, is_open = deviation.record.number, deviation.state == DeviationState.OPEN
        yield Task(
            N_("Sign product impact") if is_open else N_("Close deviation"), number, deviation.opened_at,
            "quality:deviation", (number,), deviation.event.facts, deviation.event.template,
            Risk.HIGH if is_open else Risk.LOW, deviation.due_at,
        )  # fmt: skip


def actions(whom: Asked) -> Iterator[Task]:
    """Actions that this person owns and has not carried out."""
    found = Capa.objects.filter(state=CapaState.OPEN, owner=whom.username, record__site__in=whom.sites)
    for one in found.select_related("record").order_by("due_at", "pk")[:MOST]:
        number = one.record.number
        yield Task(
            N_("Carry out the action"), number, one.planned_at, "quality:capa", (number,), {"what": one.what[:200]},
            "{what}", Risk.MIDDLE, one.due_at,
        )  # fmt: skip


def effects(whom: Asked) -> Iterator[Task]:
    """Actions whose effect is to be judged now, by somebody who did not carry them out."""
    found = Capa.objects.filter(state=CapaState.DONE, check_at__lte=whom.at, record__site__in=whom.sites)
    found = found.exclude(done_by=whom.username).exclude(owner=whom.username)
    for one in found.select_related("record").order_by("check_at", "pk")[:MOST]:
        number = one.record.number
        yield Task(
            N_("Judge the effect of an action"), number, one.check_at, "quality:capa", (number,),
            {"criterion": one.criterion[:200]}, "{criterion}", Risk.LOW, one.check_at,
        )  # fmt: skip


def stops(whom: Asked) -> Iterator[Task]:
    """What people stopped: a decision of quality lets it go on."""
    holds = Hold.objects.filter(lifted_at=None, key__startswith="stop:", record__site__in=whom.sites)
    for hold in holds.select_related("record").order_by("placed_at", "pk")[:MOST]:
        yield Task(
            N_("Answer the stop"), hold.record.number, hold.placed_at, "quality:hold", (str(hold.pk),), hold.facts,
            hold.template, Risk.HIGH, hold.due_at,
        )  # fmt: skip


def excursions(whom: Asked) -> Iterator[Task]:
    """What was in a store while it was outside its range, units and cultures: quality decides on each."""
    held = Hold.objects.filter(lifted_at=None, key__startswith="excursion:", record__site__in=whom.sites)
    counted = dict(held.values_list("key").annotate(n=Count("pk")).order_by())
    wanted = [int(key.partition(":")[2]) for key in counted]
    found = StoreExcursion.objects.filter(pk__in=wanted).select_related("store", "probe")
    for one in found.order_by("began_at", "pk")[:MOST]:
        said = {"n": str(counted[one.hold_key]), "worst": Decimal(trimmed(one.worst)), "mark": one.probe.mark}
        yield Task(
            N_("Decide about an excursion"), one.store.number, one.began_at, "storage:excursion", (str(one.pk),), said,
            N_("To decide on: {n}, worst {worst} {mark}"), Risk.HIGH,
        )  # fmt: skip


def amendments(whom: Asked) -> Iterator[Task]:
    """Changes of a master record for one batch that their author signed; nobody approves their own."""
    found = Amendment.objects.filter(state=AmendmentState.AUTHOR_SIGNED, batch__site__code__in=whom.sites)
    found = found.exclude(authored__username=whom.username).select_related("batch").order_by("proposed_at", "pk")
    for one in found[:MOST]:
        yield Task(
            N_("Approve an amendment"), one.batch.number, one.proposed_at, "batches:approve",
            (one.batch.number, str(one.pk)), {"reason": one.reason}, "{reason}", Risk.MIDDLE,
        )  # fmt: skip


def risks(whom: Asked) -> Iterator[Task]:
    """Decisions to go on at risk that nobody ratified."""
    for decision in unratified_risks(whom.at, whom.sites)[:MOST]:
        number = decision.batch.number
        yield Task(
            N_("Ratify the decision to go on"), number, decision.decided_at, "batches:ratify",
            (number, str(decision.pk)), {"reason": decision.reason}, "{reason}", Risk.HIGH, decision.due_at,
        )  # fmt: skip


def lots(whom: Asked) -> Iterator[Task]:
    """Lots in quarantine."""
    found = MaterialLot.objects.filter(state="QUARANTINED", site__code__in=whom.sites).order_by("received_at", "pk")
    known = known_materials_at(whom.sites)
    for lot in found[:MOST]:
        said = {"material": known[lot.material].label if lot.material in known else lot.material}
        yield Task(
            N_("Release or reject lot"), lot.number, lot.received_at, "materials:lot", (lot.number,), said, "{material}"
        )


def donations(whom: Asked) -> Iterator[Task]:
    """Donations about which no physician has decided."""
    found = Donation.objects.filter(eligibility=Eligibility.PENDING, decisions=None, site__code__in=whom.sites)
    for donation in found.select_related("donor").order_by("collected_at", "pk")[:MOST]:
        yield Task(
            N_("Decide about a donation"), donation.din, donation.collected_at, "donation:donation", (donation.din,),
            {"donor": donation.donor.number}, "{donor}", Risk.MIDDLE,
        )  # fmt: skip


def countersignatures(whom: Asked) -> Iterator[Task]:
    """Decisions about donations that quality assurance has not countersigned."""
    for decision in awaiting_countersignature(whom.sites).exclude(signature__username=whom.username)[:MOST]:
        din = decision.donation.din
        yield Task(
            N_("Countersign the decision about a donation"), din, decision.decided_at, "donation:donation", (din,),
            {"decision": decision.decision}, "{decision}", Risk.MIDDLE,
        )  # fmt: skip


def masters(state: str, ask: str) -> Duty:
    """Master records of one's sites that wait for a signature; not for a second one of the same person."""

    def duty(whom: Asked) -> Iterator[Task]:
        made_here = Q()
        for code in whom.sites:
            made_here |= Q(sites__contains=f" {code} ")
        found = ProductVersion.objects.filter(made_here, state=state).exclude(author_signature__username=whom.username)
        for version in found.select_related("record").order_by("pk")[:MOST]:
            number = version.record.number
            yield Task(ask, number, version.record.opened_at, "products:version", (number,))

    return duty
