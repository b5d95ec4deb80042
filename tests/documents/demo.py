"""Complete contents to draw from: the certificates, a master record, a batch record and labels of one MSC batch."""

from datetime import UTC, datetime

from apps.documents.facts import (
    Align,
    Barcode,
    Bilingual,
    Cell,
    Change,
    Checkpoint,
    Column,
    DocumentContent,
    DocumentKind,
    Field,
    Footnote,
    Heading,
    Imprint,
    Label,
    Section,
    Sign,
    SignatureBlock,
    Signatures,
    Statement,
    Table,
)

B = Bilingual
SITE = B("Nanhu Cell Centre", "南湖细胞中心")
ADDRESS = B("18 Lakeside Road, Jiaxing", "嘉兴市湖滨路18号")
ZONE = "Asia/Shanghai"
HASH_A = "5d10c2f7" + "0a" * 28
HASH_B = "9be407aa" + "1b" * 28
HASH_C = "7c1e4ab0" + "2c" * 28


def at(text: str) -> datetime:
    """An instant in UTC from "2026-11-23 07:02:09"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def imprint_of(content: DocumentContent, **changes: object) -> Imprint:
    """What the register adds at issue."""
    known = {
        "content_hash": content.hash,
        "issued_at": at("2026-11-23 07:04:00"),
        "code": f"{content.number}-{content.version}-7F3KQ-9TDXM",
        "verify_url": f"https://records.example.org/verify/{content.number}-{content.version}-7F3KQ-9TDXM",
        "trail": "batch/CT-0042#1931",
        "checkpoint": Checkpoint(48211, at("2026-11-23 07:03:00"), "e3b791d04c6a22f8b05e7a13d9c46f02" * 2),
    }
    return Imprint(**{**known, **changes})


QC_HEAD = SignatureBlock(
    printed_name="Zhao Min",
    printed_name_zh="赵敏",
    meaning=B("Analysis approved", "检验批准"),
    title=B("Head of quality control", "质量控制负责人"),
    signed_at=at("2026-11-19 09:58:12"),
    covers="COA-0042 v1",
    content_hash=HASH_A,
)
QA = SignatureBlock(
    printed_name="Chen Hao",
    printed_name_zh="陈昊",
    meaning=B("Record and trail reviewed", "批记录审核"),
    title=B("Quality assurance", "质量保证"),
    signed_at=at("2026-11-20 08:31:40"),
    covers="BR-0042 v1",
    content_hash=HASH_B,
)
CERTIFIER = SignatureBlock(
    printed_name="Wang Rui",
    printed_name_zh="王蕊",
    meaning=B("Certified", "批准放行"),
    title=B("Authorised person", "质量受权人"),
    signed_at=at("2026-11-23 07:02:09"),
    covers="CT-0042#1930",
    content_hash=HASH_C,
    principal=True,
)

RESULTS = Table(
    title=B("Results against specification SP-MSC-01 v1", "检验结果"),
    columns=(
        Column(B("Test", "检验项目")),
        Column(B("Limit", "限度")),
        Column(B("Result", "结果"), Align.RIGHT),
        Column(B("Verdict", "结论")),
        Column(B("Method", "方法")),
        Column(B("Tested", "日期")),
    ),
    rows=(
        (B("Appearance", "外观"), "off-white, no clumps", "complies", Cell(sign=Sign.PASS), "visual v2", "2026-11-05"),
        (
            B("Viability before freezing", "冻前活率"),
            "≥ 90.0 %",
            Cell("91.5 %", mark="a"),
            Cell(sign=Sign.PASS),
            "AM-011 v4",
            "2026-11-05",
        ),
        (
            B("Viable cells per unit", "每袋活细胞数"),
            "4.0–6.0×10⁷",
            "5.0×10⁷",
            Cell(sign=Sign.PASS),
            "AM-012 v3",
            "2026-11-05",
        ),
        (B("Viability after thaw", "复苏后活率"), "≥ 80 %", "88 %", Cell(sign=Sign.PASS), "AM-011 v4", "2026-11-09"),
        (
            B("CD73, CD90, CD105", "阳性标志"),
            "each ≥ 95.0 %",
            "99.1 · 99.6 · 98.4 %",
            Cell(sign=Sign.PASS),
            "AM-020 v2",
            "2026-11-06",
        ),
        (
            B("CD34, 45, 14, 19, HLA-DR", "阴性标志"),
            "each ≤ 2.0 %",
            "0.2 · 0.3 · 0.1 · 0.2 · 0.9 %",
            Cell(sign=Sign.PASS),
            "AM-020 v2",
            "2026-11-06",
        ),
        (
            B("Cumulative doublings", "累计倍增"),
            "≤ 15.00",
            Cell(
                "10.00", mark="b", changes=(Change("9.98", "P2 count misread", "Olga Lin", at("2026-10-20 03:15:00")),)
            ),
            Cell(sign=Sign.PASS),
            "computed",
            "2026-11-05",
        ),
        (B("Endotoxin", "内毒素"), "< 0.5 EU/mL", "< 0.05 EU/mL", Cell(sign=Sign.PASS), "AM-031 v1", "2026-11-06"),
        (B("Mycoplasma, NAT", "支原体"), "negative", "negative", Cell(sign=Sign.PASS), "AM-033 v2", "2026-11-07"),
        (
            B("Sterility, 14 d", "无菌"),
            "no growth",
            "no growth, day 14",
            Cell(sign=Sign.PASS),
            "AM-030 v5",
            "2026-11-19",
        ),
        (B("Lymphocyte inhibition", "淋巴细胞抑制"), "≥ 20 %", "41 %", Cell(sign=Sign.PASS), "AM-040 v1", "2026-11-12"),
    ),
    footnotes=(
        Footnote("a", B("below the alert level 92.0, accepted by QA", "低于警戒限 92.0，质量保证已接受")),
        Footnote("b", B("P1 3.00 + P2 3.00 + P3 4.00; the P2 count was corrected", "P2 计数已更正")),
        Footnote(
            "c",
            B(
                "limits compare the rounded value, half up; 11 of 11 required tests reported, 0 pending",
                "限度按修约值比较（四舍五入）；应检11项，已报告11项",
            ),
        ),
    ),
)

PRODUCT = Section(
    title=B("Product and batch", "产品与批次"),
    fields=(
        Field(B("Product", "产品"), B("UC-MSC for COVID-19, for infusion", "人脐带间充质干细胞注射液")),
        Field(B("Batch", "批号"), "CT-0042, units 01–09"),
        Field(B("Strength", "规格"), "5.0×10⁷ viable cells in 10 mL per bag"),
        Field(B("Master record", "工艺规程"), "msc_covid19 v1"),
        Field(B("Donor", "供者"), "D-0117, allogeneic, eligible"),
        Field(B("Manufactured", "生产日期"), "2026-11-05"),
        Field(B("Storage", "贮存"), "≤ −150 °C, vapour phase of nitrogen"),
        Field(B("Expires", "有效期至"), "2028-11-04 23:59 UTC+8"),
        Field(B("Made, tested", "生产与检验"), "Nanhu Cell Centre, suite B2"),
        Field(B("Filing", "备案号"), "demo, site to confirm"),
    ),
)


def batch_certificate(**changes: object) -> DocumentContent:
    """The certificate of the picture of intent."""
    known = {
        "kind": DocumentKind.BATCH_CERTIFICATE,
        "number": "BC-0042",
        "version": 1,
        "title": B("Batch certificate", "批放行证书"),
        "issuer": SITE,
        "issuer_address": ADDRESS,
        "timezone": ZONE,
        "subject": "batch/CT-0042",
        "caption": "CT-0042 · UC-MSC",
        "demo": True,
        "blocks": (
            PRODUCT,
            RESULTS,
            Statement(
                title=B("Deviations and conditions", "偏差与条件"),
                paragraphs=(
                    B(
                        "DEV-0058, incubator at 35.2 °C for 95 min on 2026-10-29: no impact, closed 2026-11-20. "
                        "Conditional release: no. Supersedes: nothing.",
                        "DEV-0058：2026-10-29 培养箱 35.2 °C 持续 95 分钟，对产品无影响，已关闭。有条件放行：否。",
                    ),
                ),
            ),
            Signatures(
                title=B("Certification", "放行声明"),
                statement=B(
                    "I certify that this batch was made and checked as its approved master record says, that its "
                    "records and audit trail were reviewed, and that it meets its specification.",
                    "本人确认：本批按批准的工艺规程生产和检验，批记录与审计追踪已审核，符合质量标准。",
                ),
                blocks=(QC_HEAD, QA, CERTIFIER),
            ),
        ),
    }
    return DocumentContent(**{**known, **changes})


def certificate_of_analysis(**changes: object) -> DocumentContent:
    """A certificate of analysis with every item of WHO TRS 1010 Annex 4, one test still pending."""
    pending = Table(
        title=B("Tests pending", "待完成检验"),
        columns=(Column(B("Test", "检验项目")), Column(B("State", "状态")), Column(B("Due", "应完成"))),
        rows=((B("Karyotype", "核型"), Cell(sign=Sign.PENDING), "2026-12-05"),),
    )
    sample = Section(
        title=B("Sample and request", "样品与委托"),
        fields=(
            Field(B("Sample", "样品编号"), "S-0042-03"),
            Field(B("Sampled", "取样"), "2026-11-05 14:06 UTC+8"),
            Field(B("Received", "接收"), "2026-11-05 15:20 UTC+8"),
            Field(B("Quantity", "数量"), "1 bag, 10 mL"),
            Field(B("Requested by", "委托方"), SITE),
            Field(B("Specification", "质量标准"), "SP-MSC-01 v1"),
            Field(B("Container", "包装"), B("freezing bag, 50 mL", "冻存袋")),
            Field(B("Identity", "标识"), "A999926000117"),
            Field(
                B("Data review", "数据复核"),
                B(
                    "Raw data, calculations and audit trail of each result were reviewed by a second person.",
                    "每项结果的原始数据、计算和审计追踪均经第二人复核。",
                ),
                wide=True,
            ),
        ),
    )
    known = {
        "kind": DocumentKind.CERTIFICATE_OF_ANALYSIS,
        "number": "COA-0042",
        "version": 2,
        "title": B("Certificate of analysis", "检验报告书"),
        "issuer": SITE,
        "issuer_address": ADDRESS,
        "timezone": ZONE,
        "subject": "batch/CT-0042",
        "caption": "CT-0042 · UC-MSC",
        "supersedes": "COA-0042 v1",
        "reason": "the analyst of one test was misspelt",
        "demo": True,
        "blocks": (
            PRODUCT,
            sample,
            RESULTS,
            pending,
            Statement(
                title=B("Conclusion", "结论"),
                paragraphs=(
                    B(
                        "The batch complies with the specification; 1 test pending.",
                        "本批符合质量标准，1 项检验待完成。",
                    ),
                ),
            ),
            Signatures(
                title=B("Prepared, reviewed, approved", "编制、复核、批准"),
                blocks=(
                    QC_HEAD,
                    SignatureBlock(
                        "Ana Li",
                        B("Reviewed", "复核"),
                        at("2026-11-19 08:00:00"),
                        B("Analyst", "检验员"),
                        "李安娜",
                        "results 1–11",
                        HASH_B,
                        outdated=True,
                    ),
                ),
                awaited=(B("Approved", "批准"),),
            ),
        ),
    }
    return DocumentContent(**{**known, **changes})


def long_table(rows: int = 300, width: int = 120) -> DocumentContent:
    """A record whose table has many rows of long cells; each cell begins with a mark that can be counted."""
    body = "细胞 culture medium lot, 复苏后 recorded value with a long remark that wraps; "
    table = Table(
        title=B("Recorded values", "记录值"),
        columns=(Column(B("Row", "序号")), Column(B("Remark", "备注")), Column(B("Second remark", "备注二"))),
        rows=tuple(
            (
                f"R{n:04d}",
                (f"A{n:04d} " + body * 3)[: width - 6] + f" Z{n:04d}",
                (f"B{n:04d} " + body * 3)[: width - 6] + f" Y{n:04d}",
            )
            for n in range(1, rows + 1)
        ),
    )
    return batch_certificate(
        number="BR-0042", title=B("Batch record", "批记录"), kind=DocumentKind.BATCH_RECORD, blocks=(table,)
    )


def master_record() -> DocumentContent:
    """A readable master record: chapters, instructions, parameters."""
    parameters = Table(
        title=B("Parameters of the step: feed", "步骤参数：换液"),
        columns=(Column(B("Parameter", "参数")), Column(B("Limit", "限度")), Column(B("Source", "出处"))),
        rows=(
            (B("Confluence", "汇合度"), "60–90 %", Cell("CP, site to confirm", sign=Sign.ALERT)),
            (B("Medium temperature", "培养基温度"), "20–37 °C", "STD"),
        ),
    )
    return DocumentContent(
        kind=DocumentKind.MASTER_RECORD,
        number="MBR-msc_covid19",
        version=1,
        title=B("Master batch record", "工艺规程"),
        issuer=SITE,
        timezone=ZONE,
        subject="product/msc_covid19",
        draft=True,
        blocks=(
            Heading(B("Preparation", "制备")),
            Statement(
                (B("Thaw one vial in the bath until the last ice is gone.", "在水浴中复苏一管至最后冰晶消失。"),),
                B("Expansion", "扩增"),
            ),
            parameters,
            Heading(B("Testing", "检验")),
            RESULTS,
            Signatures(B("Signatures", "签名"), awaited=(B("Author", "编制"), B("Approved", "批准"))),
        ),
    )


def labels(count: int = 3) -> DocumentContent:
    """Unit labels of one fill."""
    return DocumentContent(
        kind=DocumentKind.LABEL,
        number="LB-0042",
        version=1,
        title=B("Unit labels", "产品标签"),
        issuer=SITE,
        timezone=ZONE,
        subject="batch/CT-0042",
        demo=True,
        blocks=tuple(
            Label(
                title=B("UC-MSC for COVID-19", "人脐带间充质干细胞注射液"),
                identity=f"CT-0042-{n:02d}",
                fields=(
                    Field(B("Content", "装量"), "5.0×10⁷ in 10 mL"),
                    Field(B("Expires", "有效期至"), "2028-11-04 23:59 UTC+8"),
                    Field(B("Storage", "贮存"), "≤ −150 °C"),
                ),
                barcode=Barcode(f"unit/CT-0042-{n:02d}"),
                warnings=(
                    B("For clinical trial use only", "仅供临床试验使用"),
                    B("Do not irradiate, do not filter", "不得辐照，不得过滤"),
                ),
            )
            for n in range(1, count + 1)
        ),
    )
