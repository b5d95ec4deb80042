"""What a master record says of its starting material: a pool, units of a cell bank; and that its units are a bank."""

from collections.abc import Iterator

from apps.documents.facts import Bilingual, Section
from apps.products.content.phrases import marked, section
from apps.products.definition.pooling import Pool
from apps.products.definition.preparation import Preparation
from apps.products.definition.units import Units
from apps.products.facts import BankTier

TIERS = {
    BankTier.SEED: Bilingual("seed bank", "种子库"),
    BankTier.MASTER: Bilingual("master cell bank", "主细胞库"),
    BankTier.WORKING: Bilingual("working cell bank", "工作细胞库"),
}


def made_from(preparation: Preparation) -> Iterator[Section]:
    """The pool, the banks, or the arms whose units are packed; nothing where it is made from one donation."""
    bank, blinded = preparation.from_bank, preparation.blinded
    if preparation.pool:
        yield _pool(preparation.pool)
    if bank:
        yield section(
            Bilingual("Made from units of a released cell bank", "由已放行细胞库的单元制备"),
            ("Cell bank", "细胞库", ", ".join(bank.products)),
            ("Units drawn at least", "取用单元数不少于", marked(str(bank.units_at_least), bank.source)),
        )
    if blinded:
        yield section(
            Bilingual("Blinded kits, packed by a sealed list", "盲法试剂盒，按封存随机表包装"),
            *((arm.label.en, arm.label.zh, arm.product) for arm in blinded.arms),
            ("Bags of one kit", "每盒袋数", marked(str(blinded.bags_per_kit), blinded.source)),
        )


def kept_as_bank(units: Units) -> Iterator[Section]:
    """Of which tier it is, and how many of its units are kept back."""
    if units.bank:
        yield section(
            Bilingual("Cell bank", "细胞库"),
            ("Tier", "层级", TIERS[units.bank.tier]),
            (
                "Kept back, drawn by signed decision only",
                "最低保留量（仅凭签署决定方可取用）",
                marked(str(units.bank.reserved), units.bank.source),
            ),
        )


def _pool(pool: Pool) -> Section:
    once = Bilingual("not pooled", "不投料") if pool.known_donors else Bilingual("pooled", "可投料")
    return section(
        Bilingual("Pool", "混合血浆"),
        ("Donors at least", "供浆者人数不少于", marked(str(pool.donors_at_least), pool.source)),
        ("Manifest and mass agree within", "清单质量与总质量允差", f"± {pool.mass_tolerance_percent} %"),
        ("Kept back until tested again, after", "检疫期后复检，间隔", f"{pool.kept_back_days} d"),
        ("Who gave once only", "仅供浆一次者", once),
    )
