"""The words of a computation in both languages, as papers print them; pages translate the same sentences."""

from collections.abc import Mapping

from apps.core.text import N_
from apps.documents.facts import Bilingual
from apps.dosing.rules.volumes import HALF_UP

B = Bilingual
TO_ONE_DECIMAL = N_("rounded half up to 1 decimal")
LINES: Mapping[str, Bilingual] = {
    "Dose of the arm": B("Dose of the arm", "方案剂量"),
    "Floor": B("Floor", "下限"),
    "Cap": B("Cap", "上限"),
    "Dose kept between floor and cap": B("Dose kept between floor and cap", "限于上下限之间的剂量"),
    "Units to thaw": B("Units to thaw", "需复苏的单元数"),
    "Volume of the units": B("Volume of the units", "各单元体积合计"),
    "Viable concentration": B("Viable concentration", "活细胞浓度"),
    "Concentration on the label": B("Concentration on the label", "标示浓度"),
    "Viable recovery": B("Viable recovery", "活细胞回收率"),
    "Volume of the dose": B("Volume of the dose", "剂量体积"),
    "Share of what was thawed": B("Share of what was thawed", "占复苏总量的比例"),
    "Amount in the dose": B("Amount in the dose", "剂量中的含量"),
    "Difference to the order": B("Difference to the order", "与医嘱的差异"),
    "Left over, to be destroyed": B("Left over, to be destroyed", "剩余量，须销毁"),
    "Endotoxin per kg and hour": B("Endotoxin per kg and hour", "每公斤每小时内毒素量"),
    "Endotoxin allowed": B("Endotoxin allowed", "内毒素允许量"),
    "DMSO per kg": B("DMSO per kg", "每公斤 DMSO 量"),
    "Cells that count, per kg": B("Cells that count, per kg", "每公斤计入细胞数"),
}
ROUNDINGS: Mapping[str, Bilingual] = {
    "": B("", ""),
    "rounded up to whole units": B("rounded up to whole units", "向上取整至整单元"),
    HALF_UP: B(HALF_UP, "四舍五入至 {decimals} 位小数"),
    TO_ONE_DECIMAL: B(TO_ONE_DECIMAL, "四舍五入至 1 位小数"),
    "all there is": B("all there is", "全部"),
}
VERDICTS: Mapping[str, Bilingual] = {
    "dose_prepared": B("Prepared and worked out", "配制并计算"),
    "dose_confirmed": B("Worked out again and checked", "重新计算并复核"),
    "treatment_ordered": B("Ordered", "开具医嘱"),
    "dose_checked": B("Order checked", "复核医嘱"),
}
TITLES: Mapping[str, Bilingual] = {
    "dose_prepared": B("Prepared by", "配制人"),
    "dose_confirmed": B("Second person", "复核人"),
    "treatment_ordered": B("Physician", "医师"),
    "dose_checked": B("Second person", "复核人"),
}


def rounding_of(row: Mapping[str, object]) -> Bilingual:
    """How a line was rounded, in both languages."""
    template, facts = rounding_words(row)
    words = ROUNDINGS[template]
    return B(words.en.format(**facts), words.zh.format(**facts))


def rounding_words(row: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    """The sentence of a rounding with its facts: of one decimal in the singular. The record keeps one for all."""
    template, said = str(row["rounding"]), row["facts"]
    facts = said if isinstance(said, Mapping) else {}
    return (TO_ONE_DECIMAL if template == HALF_UP and facts.get("decimals") == "1" else template), facts
