"""The status icons as vector strokes, and the words that always stand beside them."""

from dataclasses import dataclass
from math import cos, pi, sin

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from apps.documents.facts import Bilingual, Sign
from apps.documents.layout import style
from apps.documents.layout.style import Style

Point = tuple[float, float]


@dataclass(frozen=True)
class Icon:
    """Strokes in a unit square, origin at the lower left."""

    strokes: tuple[tuple[Point, ...], ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()  # x, y, radius
    dots: tuple[tuple[float, float, float], ...] = ()  # filled
    dashed: bool = False


def _polygon(sides: int, radius: float, turn: float) -> tuple[Point, ...]:
    corners = [
        (0.5 + radius * cos(turn + 2 * pi * n / sides), 0.5 + radius * sin(turn + 2 * pi * n / sides))
        for n in range(sides)
    ]
    return (*corners, corners[0])


RING = (0.5, 0.5, 0.46)
OCTAGON = _polygon(8, 0.5, pi / 8)
DIAMOND = _polygon(4, 0.52, 0)
TRIANGLE = ((0.02, 0.06), (0.98, 0.06), (0.5, 0.94), (0.02, 0.06))
PAGE = ((0.2, 0.02), (0.8, 0.02), (0.8, 0.98), (0.2, 0.98), (0.2, 0.02))
BANG = ((0.5, 0.74), (0.5, 0.42))
TICK = ((0.27, 0.5), (0.44, 0.32), (0.75, 0.68))
HOOK = ((0.36, 0.62), (0.42, 0.72), (0.56, 0.74), (0.64, 0.65), (0.6, 0.54), (0.5, 0.47), (0.5, 0.4))

ICONS: dict[str, Icon] = {
    Sign.PASS: Icon(strokes=(TICK,), circles=(RING,)),
    Sign.FAIL: Icon(strokes=(OCTAGON, ((0.34, 0.34), (0.66, 0.66)), ((0.34, 0.66), (0.66, 0.34)))),
    Sign.ALERT: Icon(strokes=(TRIANGLE, ((0.5, 0.64), (0.5, 0.36))), dots=((0.5, 0.22, 0.06),)),
    Sign.ACTION: Icon(strokes=(OCTAGON, BANG), dots=((0.5, 0.27, 0.06),)),
    Sign.HOLD: Icon(
        strokes=(
            ((0.06, 0.06), (0.94, 0.06), (0.94, 0.94), (0.06, 0.94), (0.06, 0.06)),
            ((0.37, 0.28), (0.37, 0.72)),
            ((0.63, 0.28), (0.63, 0.72)),
        )
    ),
    Sign.LATE: Icon(strokes=(((0.5, 0.76), (0.5, 0.5), (0.7, 0.4)),), circles=(RING,)),
    Sign.CORRECTED: Icon(
        strokes=(
            ((0.08, 0.08), (0.14, 0.34), (0.74, 0.94), (0.93, 0.75), (0.33, 0.15), (0.08, 0.08)),
            ((0.6, 0.8), (0.79, 0.61)),
        )
    ),
    Sign.PENDING: Icon(circles=(RING,), dashed=True),
    Sign.CONDITIONAL: Icon(
        strokes=(
            ((0.5, 0.04), (0.5, 0.96)),
            ((0.62, 0.12), (0.62, 0.88)),
            ((0.74, 0.2), (0.74, 0.8)),
            ((0.86, 0.3), (0.86, 0.7)),
        ),
        circles=(RING,),
    ),
    Sign.NOT_EVALUABLE: Icon(strokes=(DIAMOND, HOOK), dots=((0.5, 0.27, 0.05),)),
    Sign.SUPERSEDED: Icon(strokes=(PAGE, ((0.04, 0.3), (0.96, 0.7)))),
}

COLOURS: dict[str, Color] = {
    Sign.PASS: style.OK,
    Sign.FAIL: style.ACTION,
    Sign.ALERT: style.ALERT,
    Sign.ACTION: style.ACTION,
    Sign.HOLD: style.HOLD,
    Sign.LATE: style.LATE,
    Sign.CORRECTED: style.CORRECTED,
    Sign.PENDING: style.INK_2,
    Sign.CONDITIONAL: style.CONDITIONAL,
    Sign.NOT_EVALUABLE: style.HOLD,
    Sign.SUPERSEDED: style.SUPERSEDED,
}

WORDS: dict[Sign, Bilingual] = {
    Sign.PASS: Bilingual("pass", "合格"),
    Sign.FAIL: Bilingual("fail", "不合格"),
    Sign.ALERT: Bilingual("alert", "警戒"),
    Sign.ACTION: Bilingual("action", "纠偏"),
    Sign.HOLD: Bilingual("hold", "暂扣"),
    Sign.LATE: Bilingual("late entry", "迟录"),
    Sign.CORRECTED: Bilingual("corrected", "已更正"),
    Sign.PENDING: Bilingual("pending", "未完成"),
    Sign.CONDITIONAL: Bilingual("conditional", "有条件放行"),
    Sign.NOT_EVALUABLE: Bilingual("not evaluable", "无法判定"),
    Sign.SUPERSEDED: Bilingual("superseded", "已替代"),
}


def draw_icon(canvas: Canvas, name: str, x: float, baseline: float, look: Style) -> None:
    """Draw one icon as tall as the letters it stands beside."""
    icon, side, colour = ICONS[name], look.size * 0.92, COLOURS[name]
    canvas.saveState()
    canvas.translate(x, baseline - look.size * 0.1)
    canvas.scale(side, side)
    canvas.setStrokeColor(colour)
    canvas.setFillColor(colour)
    canvas.setLineWidth(0.09)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    if icon.dashed:
        canvas.setDash(0.001, 0.24)
    for stroke in icon.strokes:
        path = canvas.beginPath()
        path.moveTo(*stroke[0])
        for point in stroke[1:]:
            path.lineTo(*point)
        canvas.drawPath(path)
    for place in icon.circles:
        canvas.circle(*place)
    for place in icon.dots:
        canvas.circle(*place, stroke=0, fill=1)
    canvas.restoreState()
