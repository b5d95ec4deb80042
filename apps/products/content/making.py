"""The chapters of making: preparation, units."""

from collections.abc import Iterator

from apps.documents.facts import Bilingual, Block, Column, Entry, Heading, Section, Statement, Table
from apps.products.content.banking import kept_as_bank, made_from
from apps.products.content.phrases import (
    FIELD_COLUMNS,
    both,
    confirmed,
    field_row,
    field_table,
    joined,
    marked,
    quantity_cell,
    section,
)
from apps.products.definition import Bilingual as Words
from apps.products.definition import Definition, Stage, Step
from apps.products.definition.limits import SpanEnds
from apps.products.definition.preparation import Material, Preparation, Repeat
from apps.products.definition.product import Authorisation
from apps.products.definition.units import Units
from apps.products.facts import ChainOfIdentity, CheckMode, RecordMode, Regime, SignAt, VirusMechanism
from apps.products.rules.limits import span_text

REGIMES = {
    Regime.CELL_PRODUCT: Bilingual("cell product", "细胞制品"),
    Regime.TRANSFUSION: Bilingual("transfusion", "输血成分"),
    Regime.PLASMA_DERIVATIVE: Bilingual("blood derivative", "血液制品"),
    Regime.GENE_EDITED: Bilingual("gene edited", "基因编辑制品"),
}
IDENTITY = {
    ChainOfIdentity.NONE: Bilingual("none", "无"),
    ChainOfIdentity.DIRECTED: Bilingual("directed", "定向捐献"),
    ChainOfIdentity.AUTOLOGOUS: Bilingual("autologous", "自体"),
}
RIGHTS = {
    "filing": Bilingual("filing", "备案"),
    "trial": Bilingual("trial", "临床试验"),
    "licence": Bilingual("licence", "许可"),
    "hospital_exemption": Bilingual("hospital exemption", "医院豁免"),
    "compassionate_use": Bilingual("compassionate use", "同情使用"),
}
CHECKS = {
    CheckMode.NONE: Bilingual("none", "无"),
    CheckMode.WITNESS: Bilingual("a second person is present", "第二人现场见证"),
    CheckMode.AFTER: Bilingual("a second person checks afterwards", "第二人事后复核"),
    CheckMode.MACHINE: Bilingual("proved by scan or capture", "扫描或自动采集"),
}
RECORDS = {
    RecordMode.ENTRY: Bilingual("entry, attributed", "记录，可追溯至个人"),
    RecordMode.PERFORMED: Bilingual("signed by the person who did it", "由操作人签名"),
}
MECHANISMS = {
    VirusMechanism.SOLVENT_DETERGENT: Bilingual("solvent and detergent", "溶剂/去污剂"),
    VirusMechanism.LOW_PH: Bilingual("low pH", "低 pH 孵放"),
    VirusMechanism.FATTY_ACID: Bilingual("fatty acid", "脂肪酸"),
    VirusMechanism.HEAT: Bilingual("heat", "加热"),
    VirusMechanism.FILTRATION: Bilingual("filtration", "过滤"),
}
SIGNED = {
    SignAt.STEP: Bilingual("by the step", "逐步签名"),
    SignAt.SECTION: Bilingual("with its section", "随本节签名"),
}


def preparation_blocks(definition: Definition) -> Iterator[Block]:
    """Bill of materials, equipment, then every step with its instructions."""
    preparation = definition.preparation
    yield Heading(Bilingual("Preparation", "制备"))
    yield from made_from(preparation)
    yield _bill_of_materials(preparation)
    yield from _prepared_here(preparation)
    yield _equipment(preparation)
    for grade in preparation.environments:
        title = Bilingual(f"{grade.label.en}: {grade.use.en}", f"{grade.label.zh}：{grade.use.zh}")
        yield field_table(title, grade.limits)
    yield from _qualifications(preparation)
    for stage in preparation.stages:
        yield Heading(_stage_title(stage))
        for n, step in enumerate(stage.steps, start=1):
            yield from _step_blocks(definition, n, stage, step)


def _bill_of_materials(preparation: Preparation) -> Table:
    columns = (
        Column(Bilingual("Material", "物料"), width=36),
        Column(Bilingual("Grade", "级别"), width=30),
        Column(Bilingual("Specification", "规格"), width=34),
    )
    rows = tuple(
        (
            both(material.label),
            both(material.grade),
            marked(both(material.specification) if material.specification else "", material.source),
        )
        for material in preparation.materials
    )
    return confirmed(Bilingual("Bill of materials", "物料清单"), columns, rows)


def _prepared_here(preparation: Preparation) -> Iterator[Table]:
    """The reagents that are lots of their own: how long they live and how their label says they are kept."""
    columns = (
        Column(Bilingual("Reagent", "试剂"), width=36),
        Column(Bilingual("Lives", "使用期限"), width=20),
        Column(Bilingual("Storage", "贮存条件"), width=44),
    )
    rows = tuple(
        (both(one.label), one.expiry_after_opening.text if one.expiry_after_opening else "", _kept(one))
        for one in preparation.materials
        if one.prepared_here
    )
    if rows:
        yield confirmed(Bilingual("Reagents prepared here", "自配试剂"), columns, rows)


def _kept(material: Material) -> Entry:
    return marked(both(material.storage.label), material.storage.source) if material.storage else ""


def _equipment(preparation: Preparation) -> Table:
    columns = (
        Column(Bilingual("Equipment", "设备"), width=50),
        Column(Bilingual("Watched", "监测项"), width=50),
    )
    rows = tuple(
        (both(kind.label), joined(condition.label for condition in kind.conditions)) for kind in preparation.equipment
    )
    return Table(Bilingual("Equipment", "设备"), columns, rows)


def _qualifications(preparation: Preparation) -> Iterator[Table]:
    """What the hands in a grade are qualified for, and for how long."""
    title = Bilingual("Qualification of the hands", "人员资格确认")
    columns = (
        Column(title, width=44),
        Column(Bilingual("Grades", "洁净级别"), width=26),
        Column(Bilingual("Valid for", "有效期"), width=30),
    )
    rows: list[tuple[Entry, ...]] = []
    for one in preparation.qualifications:
        grades = ", ".join(grade.value.replace("_", " ") for grade in one.environments)
        rows.append((both(one.label), grades, marked(one.valid_for.text, one.source)))
    if rows:
        yield confirmed(title, columns, tuple(rows))


def _stage_title(stage: Stage) -> Bilingual:
    if stage.repeat is None:
        return both(stage.label)
    again = stage.repeat.at_most
    return Bilingual(f"{stage.label.en} (up to {again} times)", f"{stage.label.zh}（最多 {again} 次）")


def _step_blocks(definition: Definition, n: int, stage: Stage, step: Step) -> Iterator[Block]:
    title = Bilingual(f"{n}. {step.label.en}", step.label.zh)
    yield Statement(tuple(both(line) for line in step.instructions), title)
    yield _conduct(definition, stage, step)
    rows: list[tuple[Entry, ...]] = [field_row(field) for field in step.fields]
    if rows:
        yield confirmed(Bilingual("Recorded", "记录"), FIELD_COLUMNS, tuple(rows))


def _conduct(definition: Definition, stage: Stage, step: Step) -> Section:
    return section(
        Bilingual("How it is done", "执行方式"),
        ("Place", "位置", f"{stage.key}.{step.key}"),
        ("Record", "记录方式", RECORDS[step.record]),
        ("Check", "复核", CHECKS[step.check]),
        ("Signed", "签名", SIGNED[step.sign_at]),
        ("Entered within", "及时记录时限", step.contemporaneous_within.text),
        ("Environment", "洁净环境", _environment(definition.preparation, step)),
        *([("Virus step", "病毒灭活或去除", MECHANISMS[step.inactivates])] if step.inactivates else []),
        ("Waits for", "前序步骤", _waits(stage, step)),
        ("Repeated", "重复", _repeat_text(step.repeat)),
        ("One row per", "每行对应", f"{step.rows.kind} {', '.join(step.rows.keys)}".strip() if step.rows else ""),
        ("Clock", "计时", _clock(step)),
        ("Samples", "取样", _samples(definition, step)),
    )


def _environment(preparation: Preparation, step: Step) -> Entry:
    grade = next((grade for grade in preparation.environments if grade.key is step.environment), None)
    if grade is not None:
        return both(grade.label)
    return step.environment.value.replace("_", " ") if step.environment else ""


def _waits(stage: Stage, step: Step) -> Entry:
    if step.after is None:
        return Bilingual("the step above", "上一步")
    if not step.after:
        return Bilingual("nothing in its section", "本节内无前序")
    known = {other.key: other.label for other in stage.steps}
    return joined(known.get(key, Words(en=key, zh=key)) for key in step.after)


def _samples(definition: Definition, step: Step) -> Entry:
    kinds = {kind.key: kind.label for kind in definition.testing.samples}
    said = []
    for taken in step.samples:
        tests = joined((test.label for key in taken.tests if (test := definition.test(key))), ", ", "、")
        kind = kinds.get(taken.sample, Words(en=taken.sample, zh=taken.sample))
        said.append(Words(en=f"{kind.en}: {tests.en}", zh=f"{kind.zh}：{tests.zh}"))
    return joined(said) if said else ""


def _repeat_text(repeat: Repeat | None) -> Entry:
    if repeat is None:
        return ""
    every, every_zh = _every(repeat.interval)
    least, most = repeat.at_least, repeat.at_most
    return Bilingual(
        f"until {repeat.until} is {repeat.is_}, {least} to {most} times{every}",
        f"直至 {repeat.until} 为 {repeat.is_}，{least} 至 {most} 次{every_zh}",
    )


def _every(interval: SpanEnds | None) -> tuple[str, str]:
    return (f", every {span_text(interval)}", f"，间隔 {span_text(interval)}") if interval else ("", "")


def _clock(step: Step) -> Entry:
    hold = step.hold_time
    if hold is None:
        return ""
    return marked(Bilingual(f"{hold.label.en}: {span_text(hold)}", f"{hold.label.zh}：{span_text(hold)}"), hold.source)


def units_blocks(units: Units) -> Iterator[Block]:
    """Container, fill, divisions, label."""
    yield Heading(Bilingual("Units", "成品单元"))
    yield section(
        Bilingual("Container and fill", "容器与装量"),
        ("Container", "容器", both(units.container.label)),
        ("Closure", "密封", both(units.container.closure)),
        ("Volume", "装量", quantity_cell(units.fill.volume)),
        *_cells(units),
        *([("Trade item (GTIN)", "商品条码（GTIN）", units.gtin)] if units.gtin else []),
        ("Label statements", "标签警示语", joined(units.label.statements)),
        ("Label fields", "标签内容", joined(field.label for field in units.label.fields)),
        ("Containers and labels close at", "容器与标签物料平衡", f"{units.label.closes_at_percent} %"),
    )
    yield from kept_as_bank(units)
    columns = (Column(Bilingual("Division", "用途"), width=60), Column(Bilingual("Planned", "计划数"), width=40))
    rows = tuple((marked(both(part.label), part.source), str(part.planned)) for part in units.divisions)
    yield confirmed(Bilingual("One fill, divided", "同一次灌装的分配"), columns, rows)


def _cells(units: Units) -> Iterator[tuple[str, str, Entry]]:
    if units.fill.viable_cells:
        yield "Viable cells", "活细胞数", quantity_cell(units.fill.viable_cells)


def identity_blocks(definition: Definition) -> Iterator[Block]:
    """What the product is, and by what right it is made."""
    right = definition.authorisation
    yield Heading(both(definition.title))
    yield section(
        Bilingual("Product", "产品"),
        ("Name", "名称", both(definition.title)),
        ("Dosage form", "剂型", both(definition.dosage_form)),
        ("Strength", "规格", both(definition.strength)),
        ("Regime", "监管类别", REGIMES[definition.regime]),
        ("Chain of identity", "身份链", IDENTITY[definition.chain_of_identity]),
        (
            "Authorisation",
            "批准依据",
            Bilingual(f"{RIGHTS[right.kind].en}: {right.number}", f"{RIGHTS[right.kind].zh}：{right.number}"),
        ),
        ("Valid until", "有效期至", right.valid_until.isoformat()),
        ("Sites", "场地", ", ".join(right.sites)),
        ("Destination", "供应国家或地区", joined(one.label for one in right.destinations)),
        ("Clinical trials", "临床试验", _trials(right)),
        ("Indications", "适应症", joined(right.indications)),
        ("Scope", "范围", both(definition.scope)),
    )


def _trials(right: Authorisation) -> Entry:
    if not right.trials:
        return ""
    said = "; ".join(" ".join(part for part in (trial.number, trial.protocol) if part) for trial in right.trials)
    confirm = next((trial.source for trial in right.trials if trial.source.site_to_confirm), None)
    return marked(said, confirm)
