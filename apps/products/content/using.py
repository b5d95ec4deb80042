"""The chapters after making: testing, release, storage, transport, dosing, disposal, sources."""

from collections.abc import Iterator

from apps.documents.facts import Bilingual, Block, Column, Entry, Heading, Section, Statement, Table
from apps.documents.rules import figures
from apps.products.content.phrases import (
    FIELD_COLUMNS,
    both,
    confirmed,
    field_row,
    field_table,
    joined,
    list_table,
    marked,
    quantity_cell,
    section,
    source_text,
)
from apps.products.definition import Definition, Listed, Test, Testing
from apps.products.definition.disposal import Disposal
from apps.products.definition.dosing import Dosing
from apps.products.definition.release import Release
from apps.products.definition.storage import Storage, Transport
from apps.products.definition.testing import Period
from apps.products.facts import Mark
from apps.products.loader import standard_tables
from apps.products.rules.limits import limit_text
from apps.products.rules.rounding import plain

MARKS = {Mark.REQUIRED: "R", Mark.INFORMATIVE: "I"}


def testing_blocks(testing: Testing) -> Iterator[Block]:
    """The specification: every test with its limits, run controls and period."""
    yield Heading(Bilingual("Testing", "检验"))
    for test in testing.tests:
        where = ", ".join(f"{entry.level.value.lower()} {MARKS[entry.mark]}" for entry in test.levels)
        title = Bilingual(f"{test.label.en} ({where})", f"{test.label.zh}（{where}）")
        yield confirmed(title, FIELD_COLUMNS, tuple(field_row(result) for result in test.results))
        yield _conduct(testing, test)


def _conduct(testing: Testing, test: Test) -> Section:
    period = test.period
    kinds = {kind.key: kind.label for kind in testing.samples}
    return section(
        Bilingual("How it is tested", "检验方式"),
        ("Method, version", "方法及版本", _method(test)),
        ("Sample", "样品", both(kinds[test.sample]) if test.sample in kinds else test.sample),
        ("Run controls", "系统适用性", joined(control.label for control in test.run.controls) if test.run else ""),
        ("Period", "观察期", _period(period) if period else ""),
        ("Sample age", "样品时限", test.sample_age.text if test.sample_age else ""),
        ("Retest", "复验", both(test.retest.plan)),
        ("Source", "依据", source_text(test.source)),
    )


def _method(test: Test) -> Bilingual:
    method = standard_tables().method(test.method, test.method_version)
    if method is None:
        return Bilingual(f"{test.method} v{test.method_version}")
    return Bilingual(f"{method.title.en}, {method.procedure} v{test.method_version}", method.title.zh)


def _period(period: Period) -> Bilingual:
    length, since = period.at_least, period.counted_from
    return Bilingual(f"{length} from {since.en}", f"自{since.zh}起 {length}")


def release_blocks(release: Release) -> Iterator[Block]:
    """Signatures in their order, conditions, conditional release."""
    yield Heading(Bilingual("Release", "放行"))
    columns = (Column(Bilingual("Title", "职务"), width=30), Column(Bilingual("Meaning", "签名含义"), width=70))
    rows = tuple((both(signature.title), both(signature.meaning)) for signature in release.signatures)
    yield Table(Bilingual("Signatures, in this order", "签名顺序"), columns, rows)
    needs = [Listed(key=need.key, label=need.label, source=need.source) for need in release.needs]
    yield list_table(Bilingual("Conditions of full release", "完全放行条件"), needs)
    conditional = release.conditional
    yield section(
        Bilingual("Conditional release", "有条件放行"),
        ("Allowed", "是否允许", Bilingual("yes", "是") if conditional.allowed else Bilingual("no", "否")),
        ("Rapid tests", "快速检验项目", ", ".join(conditional.rapid_tests)),
        (
            "May be outstanding",
            "可后补项目",
            ", ".join(f"{late.test} ≤ {late.due}" for late in conditional.outstanding),
        ),
        ("Needs", "前提", joined(entry.label for entry in conditional.requires)),
        ("After a late positive", "后发阳性处理", joined(entry.label for entry in conditional.late_positive)),
    )


def storage_blocks(storage: Storage) -> Iterator[Block]:
    """States with their ranges and shelf lives, zones, stability."""
    yield Heading(Bilingual("Storage", "贮存"))
    columns = (
        Column(Bilingual("State", "状态"), width=40),
        Column(Bilingual("Temperature", "温度"), width=22),
        Column(Bilingual("Shelf life", "有效期"), width=18),
        Column(Bilingual("From", "起算"), width=20),
    )
    rows = tuple(
        (
            both(state.label),
            figures(f"{limit_text(state.temperature.limit)} °C") if state.temperature.limit else "",
            marked(state.shelf_life.text, state.source),
            state.starts_with,
        )
        for state in storage.states
    )
    yield confirmed(Bilingual("States", "贮存状态"), columns, rows)
    yield from _names(storage)
    yield list_table(Bilingual("Zones", "区域"), storage.zones)
    watched = (Column(Bilingual("Watched", "监测项"), width=60), Column(Bilingual("Rule", "要求"), width=40))
    points = tuple(
        (both(point.label), marked(point.every.text if point.every else _rule(point.rule), point.source))
        for point in storage.points
    )
    yield confirmed(Bilingual("Watch points", "监测要点"), watched, points)


def _names(storage: Storage) -> Iterator[Block]:
    """Where a state decides about the name of the component: until when it is reached, and what comes instead."""
    labels = {state.key: state.label for state in storage.states}
    events = {one.key: one.label for one in storage.events}
    rows: list[tuple[Entry, ...]] = []
    for state in storage.states:
        deadline = state.deadline
        within: Entry = ""
        if deadline:
            since, span = events[deadline.since], deadline.at_most.text
            within = marked(Bilingual(f"{since.en}: ≤ {span}", f"{since.zh}：≤ {span}"), deadline.source)
        if state.component or deadline:
            instead = both(labels[deadline.otherwise]) if deadline and deadline.otherwise else ""
            rows.append((both(state.label), both(state.component) if state.component else "", within, instead))
    if rows:
        columns = (
            Column(Bilingual("State", "状态"), width=22),
            Column(Bilingual("Component", "成分名称"), width=36),
            Column(Bilingual("Reached within", "时限"), width=22),
            Column(Bilingual("Too late", "逾期则为"), width=20),
        )
        yield confirmed(Bilingual("Names of the component", "成分名称与时限"), columns, rows)


def _rule(rule: object) -> str:
    limit = getattr(rule, "limit", None)
    return figures(limit_text(limit)) if limit else ""


def transport_blocks(transport: Transport) -> Iterator[Block]:
    """Modes, packing, documents, receipt."""
    yield Heading(Bilingual("Transport", "运输"))
    for mode in transport.modes:
        fields = (mode.temperature, *mode.checks)
        yield confirmed(both(mode.label), FIELD_COLUMNS, tuple(field_row(field) for field in fields))
    yield list_table(Bilingual("Packing", "包装"), transport.packing)
    yield list_table(Bilingual("Documents that travel along", "随货文件"), transport.documents)
    yield field_table(Bilingual("Receipt", "接收"), transport.receipt)
    yield Statement((both(transport.excursion), both(transport.returns)), Bilingual("Rules", "规定"))


def dosing_blocks(dosing: Dosing | None) -> Iterator[Block]:
    """Arms, order, thaw, administration, outcomes; or that it is given to nobody."""
    yield Heading(Bilingual("Dosing and outcomes", "给药与结局"))
    if dosing is None:
        yield Statement((Bilingual("The product is given to nobody.", "本产品不用于任何人体给药。"),))
        return
    yield _arms(dosing)
    for title, fields in (
        (Bilingual("Order", "医嘱"), dosing.order),
        (Bilingual("Thaw", "复苏"), dosing.thaw),
        (Bilingual("Bedside", "床旁核对"), dosing.bedside),
        (Bilingual("Administration", "输注"), dosing.administration),
        (Bilingual("Outcomes", "结局指标"), tuple(outcome.result for outcome in dosing.outcomes)),
    ):
        yield field_table(title, fields)
    yield list_table(Bilingual("Exclusions", "排除标准"), dosing.exclusions)
    caps = tuple((both(cap.label), limit_text(cap.limit), source_text(cap.limit.source)) for cap in dosing.caps)
    limits = (
        Column(Bilingual("Cap", "上限"), width=50),
        Column(Bilingual("Limit", "限度"), width=25),
        Column(Bilingual("Source", "依据"), width=25),
    )
    yield Table(Bilingual("Caps worked out from the dose", "由剂量计算的上限"), limits, caps)


def _arms(dosing: Dosing) -> Block:
    columns = (
        Column(Bilingual("Arm", "方案"), width=30),
        Column(Bilingual("Dose", "剂量"), width=18),
        Column(Bilingual("Up to", "至"), width=14),
        Column(Bilingual("Days", "给药日"), width=12),
        Column(Bilingual("Floor", "下限"), width=12),
        Column(Bilingual("Cap", "上限"), width=14),
    )
    rows = tuple(
        (
            both(arm.label),
            quantity_cell(arm.dose),
            quantity_cell(arm.dose_to),
            ", ".join(map(str, arm.days)),
            quantity_cell(arm.floor),
            quantity_cell(arm.cap),
        )
        for arm in dosing.arms
    )
    return confirmed(Bilingual("Arms", "给药方案"), columns, rows)


def disposal_blocks(disposal: Disposal) -> Iterator[Block]:
    """Reasons, treatments, balance."""
    yield Heading(Bilingual("Disposal", "处置"))
    yield list_table(Bilingual("Reasons", "处置原因"), disposal.reasons)
    for treatment in disposal.treatments:
        rows = tuple(field_row(field) for field in treatment.parameters)
        yield confirmed(both(treatment.label), FIELD_COLUMNS, rows)
    yield section(
        Bilingual("Rules", "规定"),
        ("Balance", "物料平衡", both(disposal.balance)),
        ("Carrier", "转运", both(disposal.carrier)),
        ("Waste kept at most", "暂存期限", quantity_cell(disposal.interim_storage)),
        ("Used bag kept", "用后袋保存", quantity_cell(disposal.used_bag_kept)),
    )


def source_blocks(definition: Definition) -> Iterator[Block]:
    """Every document that figures cite, and what is still open."""
    columns = (
        Column(Bilingual("Key", "代号"), width=20),
        Column(Bilingual("Document", "文件"), width=45),
        Column(Bilingual("Where", "出处"), width=35),
    )
    rows = tuple((source.key, source.title, source.reference) for source in definition.sources)
    yield Table(Bilingual("Sources", "依据文件"), columns, rows)
    yield list_table(Bilingual("Open points", "待确认事项"), definition.open_points)
    if definition.given is None:
        return
    recovery = plain(definition.given.recovery_for_planning)
    yield Statement((Bilingual(f"Recovery assumed for planning: {recovery} %", f"计划用回收率：{recovery}%"),))
