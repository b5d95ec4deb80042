"""What a batch certificate says of the product, its units and its record (EU GMP Annex 16; Reg. 536/2014 Art. 62)."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from apps.batches.content import donation_words
from apps.batches.facts.words import Origin
from apps.batches.models import Batch, RecordedValue
from apps.documents.facts import Align, Bilingual, Cell, Change, Column, Entry, Field, Phrase, Section, Statement, Table
from apps.documents.rules import figures, instant
from apps.organisation.models import Site
from apps.products.definition import Definition
from apps.products.definition.product import Authorisation, TrialNumber
from apps.products.facts import REGISTRY_NAMES, BadPlace, Place
from apps.products.loader import units
from apps.products.rules.limits import limit_text
from apps.testing.content.wording import both
from apps.units.content import holds, holds_title
from apps.units.facts import UnitKind
from apps.units.models import Unit
from apps.units.rules import labelled_state

KINDS = {
    "PRODUCT": Bilingual("Product", "产品"),
    "RETAINED": Bilingual("Retained", "留样"),
    "QC": Bilingual("QC", "检验"),
}
CONDITIONS = Bilingual("Conditional release: no. Tests outstanding: none.", "有条件放行：否。待完成检验：无。")


def product_and_batch(batch: Batch, definition: Definition, bags: Sequence[Unit]) -> Section:
    """Product, pack, batch, dates, sites and authorisation, as on the finished pack."""
    site, right, container = batch.site, definition.authorisation, definition.units.container
    return Section(
        Bilingual("Product and batch", "产品与批次"),
        (
            Field(Bilingual("Product", "产品"), both(definition.title), wide=True),
            Field(Bilingual("Strength", "规格"), both(definition.strength)),
            Field(Bilingual("Batch", "批号"), batch.number),
            Field(Bilingual("Dosage form", "剂型"), both(definition.dosage_form)),
            Field(Bilingual("Product units", "产品单元"), _pack(bags)),
            Field(
                Bilingual("Container", "容器"),
                Bilingual(
                    f"{container.label.en}, {container.closure.en}", f"{container.label.zh}，{container.closure.zh}"
                ),
            ),
            Field(Bilingual("Manufactured", "生产日期"), _made(batch)),
            Field(Bilingual("Storage", "贮存"), _storage(definition)),
            Field(Bilingual("Expires", "有效期至"), _expires(batch, bags)),
            Field(Bilingual("Master record", "工艺规程"), f"{definition.key} v{definition.version}"),
            Field(Bilingual("Specification", "质量标准"), f"{definition.key} v{definition.version}"),
            Field(Bilingual("Donor", "供者"), batch.donor_code),
            Field(Bilingual("Donation", "捐献号"), donation_words(batch)),
            Field(Bilingual("Authorisation", "备案或批件"), right.number),
            Field(Bilingual("Destination", "供应国家或地区"), _destinations(right)),
            Field(Bilingual("Clinical trial", "临床试验"), _trials(right)),
            Field(Bilingual("Site licence", "许可证号"), site.licence),
            Field(Bilingual("Made and tested by", "生产与检验"), _maker(site), wide=True),
        ),
    )


def rights_data(right: Authorisation) -> dict[str, object]:
    """The same for machines: codes of countries, numbers with their registers."""
    return {
        "authorisation": right.number,
        "destinations": [destination.code for destination in right.destinations],
        "trials": [_trial_data(trial) for trial in right.trials],
    }


def _trial_data(trial: TrialNumber) -> dict[str, str]:
    said = {"registry": trial.registry, "number": trial.number, "protocol": trial.protocol}
    return {name: value for name, value in said.items() if value}


def _destinations(right: Authorisation) -> Bilingual:
    """An older master may not say it; the certificate then says so instead of leaving the line out."""
    if not right.destinations:
        return Bilingual("not stated in the master record", "工艺规程未载明")
    named = [destination.label for destination in right.destinations]
    return Bilingual(", ".join(label.en for label in named), "、".join(label.zh for label in named))


def _trials(right: Authorisation) -> Phrase:
    """Number and register of each trial, with the sponsor's own code of it."""
    if not right.trials:
        return Bilingual("none named in the master record", "工艺规程未载明")
    return "; ".join(_trial(trial) for trial in right.trials)


def _trial(trial: TrialNumber) -> str:
    protocol = f", {trial.protocol}" if trial.protocol else ""
    return f"{trial.number} ({REGISTRY_NAMES[trial.registry]}{protocol})"


def _maker(site: Site) -> Bilingual:
    return Bilingual(f"{site.name_en}, {site.address_en}", f"{site.name_zh}，{site.address_zh}")


def _pack(bags: Sequence[Unit]) -> str:
    product = [bag.number for bag in bags if bag.kind == UnitKind.PRODUCT]
    return f"{len(product)}: {product[0]} … {product[-1]}" if product else "0"


def _made(batch: Batch) -> str:
    zone = ZoneInfo(batch.site.timezone)
    return " – ".join(f"{at.astimezone(zone):%Y-%m-%d}" for at in (batch.started_at, batch.finished_at) if at)


def _storage(definition: Definition) -> Bilingual:
    state = labelled_state(definition)
    limit = figures(limit_text(state.temperature.limit)) if state.temperature.limit else ""
    degrees = units().display(getattr(state.temperature, "unit", ""))
    return Bilingual(f"{state.label.en}, {limit} {degrees}".strip(" ,"), state.label.zh)


def _expires(batch: Batch, bags: Sequence[Unit]) -> str:
    """The earliest of the product units: each unit's own stands in the list."""
    kept = [bag.expires_at for bag in bags if bag.kind == UnitKind.PRODUCT]
    return instant(min(kept), ZoneInfo(batch.site.timezone)) if kept else ""


def units_table(batch: Batch, definition: Definition, bags: Sequence[Unit]) -> Table:
    """Every unit of the fill with what it holds and when it expires."""
    zone = ZoneInfo(batch.site.timezone)
    states = {state.key: state.label for state in definition.storage.states}

    def row(unit: Unit) -> tuple[Phrase, ...]:
        expires = instant(unit.expires_at, zone)
        return (unit.number, KINDS[unit.kind], holds(unit), expires, both(states[unit.storage_state]))

    return Table(
        Bilingual("Units of this batch", "本批单元"),
        (
            Column(Bilingual("Unit", "单元"), width=18),
            Column(Bilingual("Kind", "类别"), width=15),
            Column(holds_title(definition), align=Align.RIGHT, width=13),
            Column(Bilingual("Expires", "有效期至"), width=22),
            Column(Bilingual("Storage", "贮存"), width=32),
        ),
        tuple(row(unit) for unit in bags),
    )


def changed_values(batch: Batch, definition: Definition) -> Table:
    """Every value that a person changed after its first entry, with both values and the reason (Annex 11, 8.2)."""
    # Computed values follow the values they are computed from; only what a person changed is a change.
    changed = RecordedValue.objects.filter(batch=batch).exclude(supersedes=None).exclude(origin=Origin.COMPUTED)
    rows = changed.select_related("supersedes").order_by("recorded_at", "pk")
    return Table(
        Bilingual("Values changed after their first entry", "首次录入后更改的数值"),
        (
            Column(Bilingual("What", "项目"), width=26),
            Column(Bilingual("Place", "位置"), width=37),
            Column(Bilingual("Value", "数值"), width=37),
        ),
        tuple((_label(definition, value.place), value.place, _value(value)) for value in rows),
    )


def _label(definition: Definition, place: str) -> Bilingual:
    try:
        found = Place.parse(place)
        step, parameter = definition.step(found).label, definition.parameter(found).label
    except BadPlace:
        return Bilingual(place)
    return Bilingual(f"{step.en}: {parameter.en}", f"{step.zh}：{parameter.zh}")


def _value(value: RecordedValue) -> Entry:
    old = value.supersedes.text if value.supersedes else ""
    change = Change(old, value.reason, value.printed_name, value.recorded_at)
    shown = f"{value.text} {units().display(value.unit)}".strip() if value.unit else value.text
    return Cell(figures(shown), changes=(change,))


def remarks(definition: Definition) -> Statement:
    """What else the certificate states: conditions, and the statements of the master."""
    said = tuple(both(statement) for statement in definition.release.certificate_statements)
    return Statement((CONDITIONS, *said), Bilingual("Conditions and statements", "条件与说明"))
