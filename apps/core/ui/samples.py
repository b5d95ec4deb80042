"""Demonstration values for the living page of the parts. Labels come in both languages, as a master record gives them."""

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.utils.translation import gettext as _

from apps.core.errors import Objection
from apps.core.text import N_
from apps.core.ui.plots import Bounds, limit_strip, trend
from apps.core.ui.wording import bilingual


def both(en: str, zh: str) -> str:
    """A label of the demonstration master in the reader's language."""
    return bilingual({"en": en, "zh": zh})


def band(now: datetime) -> dict[str, object]:
    """The band of a batch with a running clock."""
    return {
        "short": "MSC",
        "hue": "msc",
        "number": "CT-0042",
        "title": {"en": "UC-MSC, COVID-19", "zh": "脐带间充质干细胞 · 新冠肺炎"},
        "where": both("P3 expansion", "P3 扩增"),
        "second": both("Donor D-0117", "供者 D-0117"),
        "second_note": both("allogeneic", "同种异体"),
        "clock": running_clock(now),
    }


def running_clock(now: datetime) -> SimpleNamespace:
    """To the start of the fill, 120 minutes after pooling."""
    return SimpleNamespace(
        ends_at=now + timedelta(hours=1, minutes=37, seconds=48),
        started_at=now - timedelta(minutes=22, seconds=12),
        label=both("to start of fill", "距灌装开始时限"),
        note=both("limit 120 min", "限 120 分钟"),
    )


def patient() -> dict[str, object]:
    """The band of a named patient."""
    return {
        "patient": {
            "name": "ZHOU Mei",
            "other_name": "周梅",
            "born": datetime(1968, 4, 12).date(),
            "number": "H-204471",
            "line": both("P-3391 · UC-MSC dose 2 of 3, day 3", "P-3391 · UC-MSC 第 2 剂，共 3 剂，第 3 天"),
            "place": "12",
        }
    }


def rail() -> dict[str, object]:
    """The steps of one section."""
    rows = [
        ("Line clearance", "清场", "Zhao Min, witnessed", "赵敏 见证", "done"),
        ("Confluence", "汇合度", "8 flasks, 78–86 %", "8 瓶，78–86 %", "done"),
        ("Wash", "洗涤", "late entry, 22 min", "迟录 22 分钟", "late"),
        ("Detach, neutralise", "消化与终止", "3 min 40 s", "3 分 40 秒", "done"),
        ("Pool", "合并", "200.0 mL", "200.0 mL", "done"),
        ("Count the pool", "合并液计数", "4 of 4 entered", "待复核", "in_progress"),
        ("In-process samples", "过程取样", "sterility, mycoplasma", "无菌、支原体", "pending"),
        ("Release to fill", "放行至灌装", "signed, with check", "签名并复核", "pending"),
    ]
    items = [
        {"n": n, "title": both(en, zh), "note": both(note, note_zh), "status": state, "current": n == 6, "url": "#" if n < 6 else ""}
        for n, (en, zh, note, note_zh, state) in enumerate(rows, 1)
    ]
    return {"title": both("P3 harvest", "P3 收获"), "where": both("Section 4 of 9", "第 4 段，共 9 段"), "items": items, "current_n": 6, "all_url": "#"}


def lines() -> list[dict[str, object]]:
    """What the second person reads back."""
    return [
        {"label": both("Viability A · B", "活率 A · B"), "limit": "≥ 90.0 %", "value": "91.2 · 91.8", "status": "alert"},
        {"label": both("Viability, mean", "活率均值"), "limit": both("alert < 92.0 %", "警戒 < 92.0 %"), "value": "91.5", "unit": "%", "status": "alert"},
        {"label": both("Viable cells A · B", "活细胞 A · B"), "limit": both("differ ≤ 15 %", "差 ≤ 15 %"), "value": "3.17 · 3.23", "status": "in_limit"},
        {"label": both("Viable cells", "活细胞总数"), "value": "6.40e8", "status": "verified"},
        {"label": both("Cumulative", "累计倍增"), "limit": "≤ 15", "value": "10.00", "status": "in_limit"},
    ]  # fmt: skip


def signing(now: datetime, refused: bool = False) -> dict[str, object]:
    """The counter-sign of one step."""
    wrong = Objection("wrong_secret", N_("The password does not fit the user name. {left} tries are left."), {"left": 3})
    return {
        "title": both("Check this step", "复核本步骤"),
        "verb": both("Sign: checked", "签名：已复核"),
        "meaning": both(
            "I compared the 5 lines above with the instrument’s print-out; they agree with the original record.",
            "我已对照仪器打印件复核以上 5 项，与原始记录一致。",
        ),
        "lines": lines(),
        "challenge": "00000000-0000-0000-0000-000000000000",
        "expires_at": now + timedelta(minutes=4, seconds=32),
        "hash": "7c1e4ab093d2f6024c6a22f8b05e7a13d9c46f02",
        "action": "",
        "asks_id": True,
        "username": "checker",
        "people": [
            {"name": both("Lin Wei", "林薇"), "note": both("entered 14:06", "已录入 14:06 · 会话不变")},
            {"name": both("Zhao Min", "赵敏"), "note": both("second person", "第二人 · 已扫工牌"), "current": True},
        ],
        "cancel_url": "../step/",
        "back_url": "#",
        "note": both("not for your own entries", "不得复核本人录入的数据"),
        "refused": [wrong] if refused else [],
    }


def plots() -> dict[str, object]:
    """The value on its limits and the last ten batches."""
    bounds = Bounds(low=Decimal("90.0"), alert_low=Decimal("92.0"))
    values = [94.6, 93.6, 95.5, 92.6, 93.8, 91.0, 94.8, 96.1, 93.0, 94.1, 91.5]
    labels = [f"CT-{number:04d}" for number in range(32, 43)]
    return {
        "strip": limit_strip(Decimal("91.8"), bounds, [("P2", Decimal("94.8")), ("P1", Decimal("96.1"))], "%", axis=(86, 100)),
        "trend": trend(list(zip(labels, values, strict=True)), bounds, axis=(88.5, 96.5)),
    }


def holds() -> list[dict[str, object]]:
    """Why a batch can't be certified."""
    return [
        {"fact": both("DEV-0058: product impact not signed", "DEV-0058：产品影响评估未签名"), "who": both("Wang Rui, authorised person", "王蕊，质量受权人"), "due": both("due today 17:00", "今日 17:00 到期"), "url": "#"},
        {"fact": both("P2 harvest: sign again after correction", "P2 收获：更正后须重新签名"), "who": both("Lin Wei, then Zhao Min", "林薇，然后赵敏"), "due": both("asked 09:20", "09:20 已通知"), "url": "#", "act": both("Remind", "提醒")},
        {"fact": both("QA review: not yet signed", "QA 审核：尚未签名"), "who": both("You", "您"), "due": both("opens when no item is left to judge", "逐项判定完毕后开放")},
    ]  # fmt: skip


def refusal() -> dict[str, object]:
    """A refused material with its second way."""
    expired = Objection(
        "material_expired", N_("Lot {lot} expired on {date}."), {"lot": "PL-118", "date": datetime(2026, 10, 31).date()}
    )
    return {
        "status": 409,
        "title": both("Platelet lysate PL-118 was not accepted", "血小板裂解液 PL-118 未被接受"),
        "objections": [expired],
        "means": both("Nothing was recorded on the step. Take a lot that has not expired and scan it.", "本步骤未作任何记录。请取用未过期批号并扫码。"),
        "next": [{"url": "#", "label": both("Scan another lot", "扫描另一批号")}],
        "already": {"action": "", "hidden": {"lot": "PL-118"}},
    }


def correction(now: datetime) -> dict[str, object]:
    """A value that was corrected after its section had been signed."""
    return {
        "value": "4.0e7",
        "label": both("viable cells", "活细胞"),
        "history": [
            {"old": "4.2e7", "new": "4.0e7", "who": both("Lin Wei", "林薇"), "at": now - timedelta(days=3, hours=2), "why": both("dilution factor read from wrong line", "稀释倍数看错行")}
        ],
        "uncovered": both("signature of 16:12 stands, sign again", "16:12 的签名保留，须重新签名"),
        "correct_url": "#",
    }  # fmt: skip


def work(now: datetime) -> list[dict[str, object]]:
    """One person's list in order of urgency."""
    rows = [
        ("NKT", "nkt", "NK-0009", "Enter day-14 sterility result", "录入第 14 天无菌结果", "conditional release, infused 11-06 · physician waits", "有条件放行，11-06 已回输 · 医师等待", 3, 14 * 24 * 60, "overdue", "3 h 10 min"),
        ("HSC", "hsc", "HS-0003", "Ratify “proceed at risk” of Thursday", "追认周四的“带风险继续”", "signed by Wang Rui, 11-19 02:10 · one working day", "王蕊 11-19 02:10 签名 · 一个工作日内", 2, 31 * 60, "overdue", "20 min"),
        ("MSC", "msc", "CT-0042", "QA review by exception", "例外审核", "7 to look at, 3 accepted · 3 holds block certify", "7 项待看，3 项已接受 · 3 项暂扣阻止放行审批", 2, 24 * 60, "due", "17:00"),
        ("PLASMA", "plasma", "FFP-2217", "Decide excursion, 6 units", "判定温度偏离，6 个单位", "freezer F-11 above −25 °C for 42 min", "F-11 冰箱高于 −25 °C 42 分钟", 2, 5 * 60, "due", "18:00"),
        ("MSC", "msc", "CT-0044", "Approve corrections, 2", "批准 2 项更正", "P1 confluence, P1 medium lot", "P1 汇合度、P1 培养基批号", 1, 3 * 60, "pending", ""),
    ]  # fmt: skip
    return [
        {"short": short, "hue": tone, "number": number, "title": both(en, zh), "note": both(note, note_zh), "risk": level, "since": now - timedelta(minutes=minutes), "state": state, "detail": detail}
        for short, tone, number, en, zh, note, note_zh, level, minutes, state, detail in rows
    ]  # fmt: skip


def exceptions() -> list[dict[str, object]]:
    """What QA looks at in one batch."""
    rows = [
        ("action", "Incubator INC-07 at 35.2 °C for 95 min", "培养箱 INC-07 35.2 °C 持续 95 分钟", "36.5–37.5 °C · P2, day 3 · DEV-0058 open", "36.5–37.5 °C · P2 第 3 天 · DEV-0058 未关闭", "expansion[2].incubate", "holds"),
        ("not_covered", "Section signature does not cover the present version", "段落签名未覆盖现版本", "P2 harvest · signed 10-30 16:12, corrected 17:40", "P2 收获 · 10-30 16:12 签名，17:40 更正", "expansion[2].harvest", "holds"),
        ("corrected", "Viable cells at P2 corrected to 4.0×10⁷", "P2 活细胞更正为 4.0×10⁷", "“dilution factor read from wrong line” · print-out", "“稀释倍数看错行” · 有打印件", "expansion[2].harvest", "to_judge"),
        ("alert", "Viability at P3 91.5 %", "P3 活率 91.5 %", "≥ 90.0 · alert below 92.0 · last 10: 90.8–97.2", "≥ 90.0 · 低于 92.0 警戒 · 近 10 批 90.8–97.2", "expansion[3].harvest", "to_judge"),
        ("late", "P3 wash entered 22 min after the act", "P3 洗涤操作后 22 分钟录入", "limit 15 min · “gloves changed after a splash” · Lin Wei", "限 15 分钟 · “液体溅出后更换手套” · 林薇", "expansion[3].harvest", "accepted"),
        ("refused", "Platelet lysate PL-118, expired 10-31, was refused", "血小板裂解液 PL-118 已于 10-31 过期，被拒绝", "PL-121 used instead · nothing expired entered", "改用 PL-121 · 未使用过期物料", "expansion[3].feed[1]", "accepted"),
        ("refused", "Lin Wei tried to check her own entry", "林薇曾试图复核本人录入", "checked by Zhao Min 3 min later", "3 分钟后由赵敏复核", "expansion[1].seed", "accepted"),
    ]  # fmt: skip
    return [
        {"kind": kind, "title": both(en, zh), "note": both(note, note_zh), "place": place, "judgement": judgement}
        for kind, en, zh, note, note_zh, place, judgement in rows
    ]


def proof() -> list[dict[str, object]]:
    """The count behind a green screen."""
    rows = [
        (486, 1, "Values in limits", "数值在限度内"),
        (312, 2, "Entries, on time", "及时录入"),
        (148, 2, "Signatures", "签名"),
        (96, 1, "Materials", "物料"),
        (74, 1, "Rooms, devices", "房间与设备"),
        (42, 0, "Hold times", "时限"),
        (46, 0, "Recomputed", "重新计算"),
    ]
    return [{"good": good, "odd": odd, "label": both(en, zh)} for good, odd, en, zh in rows]


def four_numbers() -> list[dict[str, object]]:
    """The head of my work."""
    return [
        {"icon": "action", "tone": "action", "value": 2, "label": _("Overdue"), "note": both("oldest 3 h 10 min", "最久 3 小时 10 分")},
        {"icon": "late", "tone": "alert", "value": 5, "label": _("Due today"), "note": both("next at 17:00", "下一项 17:00")},
        {"icon": "hold", "tone": "hold", "value": 4, "label": _("Holds only you can lift"), "note": both("3 batches", "3 个批次")},
        {"icon": "conditional", "tone": "conditional", "value": 2, "label": _("Conditional"), "note": both("1 test overdue", "1 项检验逾期")},
    ]  # fmt: skip


def signoff() -> list[dict[str, object]]:
    """Where the step stands."""
    return [
        {"title": both("Entered, Lin Wei", "林薇 已录入"), "note": both("4 of 4 recorded 14:06", "4 项 · 14:06"), "state": "done"},
        {"title": both("Second person", "第二人复核"), "note": both("to check · not Lin Wei", "待复核 · 非林薇本人"), "state": "now"},
        {"title": both("Section signature", "段落签名"), "note": both("after step 8", "第 8 步之后"), "state": "pending"},
    ]
