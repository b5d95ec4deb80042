"""Samples, assay runs with their worksheet and controls, results, and approvals of the analysis."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from apps.audit.models import Audited, Record
from apps.core.choices import choices_of
from apps.products.facts import Comparator, Verdict
from apps.products.rules.limits import elapsed
from apps.testing.facts import UNPLANNED, NeedKind, ResultState, RunState, SampleState


class Sample(Audited):
    """A part of a batch, a vessel or a unit that is taken to be tested. Its record is `sample/...`."""

    batch = models.ForeignKey("batches.Batch", models.PROTECT, related_name="samples")
    number = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=40)
    source = models.ForeignKey(Record, models.PROTECT, related_name="+")
    place = models.CharField(max_length=120, blank=True)
    point = models.CharField(max_length=12, blank=True)  # the time point of a stability study; empty: for the batch
    tests = models.JSONField()
    amount = models.CharField(max_length=40, blank=True)
    amount_unit = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=8, choices=choices_of(SampleState), default=SampleState.DRAWN, db_index=True)
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.CharField(max_length=80, blank=True)
    refuse_reason = models.CharField(max_length=500, blank=True)
    overridden = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SampleState)), name="known_sample_state"),
            models.CheckConstraint(
                condition=~Q(state=SampleState.RECEIVED) | Q(received_at__isnull=False), name="received_says_when"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def age_received(self) -> timedelta | None:
        """How old it was when the laboratory took it in."""
        if self.state != SampleState.RECEIVED or self.received_at is None:
            return None
        return elapsed(self.drawn_at, self.received_at)


class AssayRun(Audited):
    """One execution of a method with its controls, by one analyst, for one or more samples. Its record is `run/...`."""

    number = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey("organisation.Site", models.PROTECT, related_name="+")
    product_version = models.ForeignKey("products.ProductVersion", models.PROTECT, related_name="+")
    test = models.CharField(max_length=40)
    method = models.CharField(max_length=40)
    method_version = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=choices_of(RunState), default=RunState.OPEN, db_index=True)
    started_at = models.DateTimeField()
    analyst = models.CharField(max_length=80)
    analyst_name = models.CharField(max_length=120)
    judged_at = models.DateTimeField(null=True, blank=True)
    invalid_because = models.CharField(max_length=1000, blank=True)
    overridden = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(RunState)), name="known_run_state"),
            models.CheckConstraint(
                condition=Q(state=RunState.OPEN) | Q(judged_at__isnull=False), name="a_judgement_says_when"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RunNeed(Audited):
    """An instrument or a reagent lot with which a run was done."""

    run = models.ForeignKey(AssayRun, models.PROTECT, related_name="needs")
    kind = models.CharField(max_length=10, choices=choices_of(NeedKind))
    key = models.CharField(max_length=40)
    instrument = models.ForeignKey("facility.Instrument", models.PROTECT, null=True, blank=True, related_name="runs")
    lot = models.ForeignKey("materials.MaterialLot", models.PROTECT, null=True, blank=True, related_name="runs")

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "key"], name="one_thing_per_need"),
            models.CheckConstraint(
                condition=Q(kind=NeedKind.INSTRUMENT, instrument__isnull=False, lot__isnull=True)
                | Q(kind=NeedKind.REAGENT, lot__isnull=False, instrument__isnull=True),
                name="an_instrument_or_a_lot",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.number}"

    @property
    def number(self) -> str:
        """The number of the instrument or of the lot."""
        if self.instrument is not None:
            return self.instrument.number
        return self.lot.number if self.lot is not None else ""


class Line(Audited):
    """One sample on the worksheet of a run."""

    run = models.ForeignKey(AssayRun, models.PROTECT, related_name="lines")
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    inoculated_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()
    overridden = models.JSONField(default=list)
    plan = models.ForeignKey("testing.RetestPlan", models.PROTECT, null=True, blank=True, related_name="lines")
    retest = models.PositiveSmallIntegerField(default=0)  # the how-manieth of its plan; 0: no retest

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "sample"], condition=Q(plan=None), name="a_sample_once_on_a_run"),
            models.UniqueConstraint(fields=["run", "position"], name="one_sample_per_position"),
            models.UniqueConstraint(fields=["plan", "retest"], name="one_line_per_retest"),
            models.CheckConstraint(
                condition=Q(plan=None, retest=0) | Q(plan__isnull=False, retest__gt=0), name="a_retest_has_its_plan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.position}"


class Found(Audited):
    """What was found: the text as entered, how it was read, and the verdict of its limit."""

    kind = models.CharField(max_length=12)
    text = models.CharField(max_length=2000)
    number = models.DecimalField(max_digits=24, decimal_places=9, null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    comparator = models.CharField(max_length=2, choices=choices_of(Comparator), default=Comparator.EXACT)
    rounded = models.DecimalField(max_digits=24, decimal_places=9, null=True, blank=True)
    instant = models.DateTimeField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    verdict = models.CharField(max_length=14, choices=choices_of(Verdict))
    judgement = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        abstract = True


class ControlValue(Found):
    """What a control of a run gave. A correction is a new row that supersedes the old one."""

    run = models.ForeignKey(AssayRun, models.PROTECT, related_name="controls")
    control = models.CharField(max_length=40)
    entered_by = models.CharField(max_length=80)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "control"], condition=Q(supersedes=None), name="one_first_value_per_control"
            ),
            models.CheckConstraint(condition=Q(verdict__in=list(Verdict)), name="known_verdict_of_control"),
        ]

    def __str__(self) -> str:
        return f"{self.control} {self.text}"


class Result(Found):
    """One reported quantity of one sample: entered, signed as tested, reviewed. A correction is a new row."""

    batch = models.ForeignKey("batches.Batch", models.PROTECT, related_name="results")
    line = models.ForeignKey(Line, models.PROTECT, related_name="results")
    test = models.CharField(max_length=40)
    parameter = models.CharField(max_length=40)
    replicate = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=choices_of(ResultState), default=ResultState.DRAFT)
    tested_at = models.DateTimeField()
    analyst = models.CharField(max_length=80)
    analyst_name = models.CharField(max_length=120)
    tested_signature = models.ForeignKey(
        "signatures.Signature", models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_signature = models.ForeignKey(
        "signatures.Signature", models.PROTECT, null=True, blank=True, related_name="+"
    )
    late = models.BooleanField(default=False)
    happened = models.BooleanField(default=False)
    overridden = models.JSONField(default=list)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    investigation = models.ForeignKey(
        "testing.Investigation", models.PROTECT, null=True, blank=True, related_name="results"
    )
    invalidated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(invalidated_at=None) | Q(investigation__isnull=False), name="invalidated_by_investigation"
            ),
            models.UniqueConstraint(
                fields=["line", "parameter", "replicate"], condition=Q(supersedes=None), name="one_first_result"
            ),
            models.CheckConstraint(condition=Q(state__in=list(ResultState)), name="known_result_state"),
            models.CheckConstraint(condition=Q(verdict__in=list(Verdict)), name="known_verdict_of_result"),
            models.CheckConstraint(
                condition=Q(state=ResultState.DRAFT) | Q(tested_signature__isnull=False), name="tested_is_signed"
            ),
            models.CheckConstraint(
                condition=~Q(state=ResultState.REVIEWED) | Q(reviewed_signature__isnull=False),
                name="reviewed_is_signed",
            ),
        ]
        indexes = [models.Index(fields=["batch", "test"], name="results_of_a_batch")]

    def __str__(self) -> str:
        return f"{self.test}.{self.parameter} {self.text}"

    @property
    def is_unplanned(self) -> bool:
        """Whether it was tested again without a plan: then it is on record, and passes nothing."""
        return any(mark["code"] in UNPLANNED for mark in self.line.overridden)

    @property
    def address(self) -> str:
        """Where this result stands: sample, test, run, the retest of a plan, parameter."""
        retest = f".retest[{self.line.retest}]" if self.line.retest else ""
        replicate = f".replicate[{self.replicate}]" if self.replicate > 1 else ""
        test = f"{self.test}[{self.line.run.number}]"
        return f"{self.line.sample.record.address}/{test}{retest}{replicate}.{self.parameter}"


class Approval(Audited):
    """The head of QC's approval of a certificate of analysis: the frozen content and the signature on it."""

    batch = models.ForeignKey("batches.Batch", models.PROTECT, related_name="analysis_approvals")
    version = models.PositiveSmallIntegerField()
    signature = models.ForeignKey("signatures.Signature", models.PROTECT, related_name="+")
    results_hash = models.CharField(max_length=64)
    document = models.CharField(max_length=120)
    approved_at = models.DateTimeField()
    approved_by = models.CharField(max_length=80)

    append_only = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "version"], name="one_approval_per_version")]

    def __str__(self) -> str:
        return f"analysis {self.batch_id} v{self.version}"
