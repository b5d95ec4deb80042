"""Sizes, colours and fixed words of the page. One weight: emphasis comes from size, ink and rules."""

from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4

from apps.documents.facts import Bilingual

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 38.0
LINE_WIDTH = PAGE_WIDTH - 2 * MARGIN

INK = HexColor(0x13202B)
INK_2 = HexColor(0x45535F)
INK_3 = HexColor(0x5C6A75)
RULE = HexColor(0xC3CCD2)
ACCENT = HexColor(0x0A5C6B)
OK = HexColor(0x17653A)
ALERT = HexColor(0x7A4B00)
ACTION = HexColor(0xB0201A)
HOLD = HexColor(0x63299B)
LATE = HexColor(0x8F3A0A)
CORRECTED = HexColor(0x1B57A6)
SUPERSEDED = HexColor(0x55616B)
CONDITIONAL = HexColor(0x3540A6)
WATERMARK = HexColor(0xEDF1F3)


@dataclass(frozen=True)
class Style:
    """Size and ink of a run of text."""

    size: float
    colour: Color = INK

    @property
    def leading(self) -> float:
        """From baseline to baseline; Chinese needs the air."""
        return self.size * 1.42


TITLE = Style(19)
TITLE_ZH = Style(16.5)
NUMBER = Style(13)
CHAPTER = Style(14)
HEADING = Style(10.4, ACCENT)
BODY = Style(8.5)
BODY_ZH = Style(8.5, INK_2)
VALUE = Style(8.6)
LABEL = Style(8.1, INK_2)
SMALL = Style(7.4, INK_2)
COLUMN = Style(7.8, INK)
COLUMN_ZH = Style(7.4, INK_2)
FOOT = Style(7, INK_2)
NAME = Style(10.6)
CODE = Style(11)

ISSUED = Bilingual("issued", "签发")
NOT_ISSUED = Bilingual("draft, not issued", "草稿，未签发")
SUPERSEDES = Bilingual("Supersedes", "替代")
REASON = Bilingual("reason", "原因")
WAS = "was 原值"
OUTDATED = Bilingual("does not cover the present version", "签名未覆盖现版本")
AWAITED = Bilingual("not signed yet", "尚未签名")
NONE = Bilingual("none", "无")
DEMO = Bilingual("Demonstration data, not for supply", "演示数据，不得放行使用")
VERIFY = Bilingual("Verify this document", "验证本文件")
VERIFY_HOW = Bilingual(
    "Scan, or open the verify page and type {code}, or drop the PDF there. It says whether this file is unchanged, "
    "who sealed it, and whether it was replaced or withdrawn. A print is a copy; the sealed PDF is the original.",
    "扫描二维码，或打开验证页面输入上述验证码，或上传 PDF 文件，即可得知文件是否未被更改、由谁签章、"
    "是否已被替代或撤回。纸质件为副本，以签章的 PDF 文件为准。",
)
CONTENT = Bilingual("Content SHA-256", "内容哈希")
CHECKPOINT = Bilingual("Checkpoint", "存证点")
TRAIL = Bilingual("Trail", "审计追踪")


def page_words(number: int, total: int) -> str:
    """Page x of y, in both languages."""
    return f"page {number} of {total} 第 {number} 页，共 {total} 页"
