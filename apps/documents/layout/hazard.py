"""The biohazard legend of 29 CFR 1910.1030, drawn: three open rings, a ring that joins them, an open middle."""

from math import cos, pi, sin

from reportlab.lib.colors import white
from reportlab.pdfgen.canvas import Canvas

from apps.documents.layout.style import INK

# In the units of the usual construction drawing, from the middle of the symbol.
RING, AT = 15.0, 11.0  # radius of an outer ring, and how far out its middle lies
OPENING, OPENING_AT = 10.5, 15.0  # the same of what is left open in it
JOINT, JOINT_WIDTH = 10.25, 3.5  # the ring that joins them
HOLE, GAP, MOUTH = 3.0, 1.0, 4.0
SPAN = 50.0  # of the whole across; up it takes less
LIFT = (RING + AT - (RING + AT / 2)) / 2  # how far its middle lies under the middle of what is drawn
ARMS = tuple(pi / 2 + n * 2 * pi / 3 for n in range(3))


def draw_biohazard(canvas: Canvas, x: float, y: float, side: float) -> None:
    """Fill a square whose lower left corner is at x, y."""
    canvas.saveState()
    canvas.translate(x + side / 2, y + side / 2)
    canvas.scale(side / SPAN, side / SPAN)
    canvas.translate(0, -LIFT)
    for colour, radius, far in ((INK, RING, AT), (white, OPENING, OPENING_AT)):
        canvas.setFillColor(colour)
        for arm in ARMS:
            canvas.circle(far * cos(arm), far * sin(arm), radius, stroke=0, fill=1)
    for arm in ARMS:
        _joint(canvas, arm)
    canvas.setFillColor(white)
    canvas.circle(0, 0, HOLE, stroke=0, fill=1)
    for arm in ARMS:
        _cut(canvas, arm, OPENING_AT, RING + AT + 1, MOUTH)
        _cut(canvas, arm + pi, 0, AT - GAP, GAP)
    canvas.restoreState()


def _joint(canvas: Canvas, arm: float) -> None:
    """The part of the joining ring that shows in one opening, with a gap to its edge."""
    canvas.saveState()
    clip = canvas.beginPath()
    clip.circle(OPENING_AT * cos(arm), OPENING_AT * sin(arm), OPENING - GAP)
    canvas.clipPath(clip, stroke=0, fill=0)
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(JOINT_WIDTH)
    canvas.circle(0, 0, JOINT, stroke=1, fill=0)
    canvas.restoreState()


def _cut(canvas: Canvas, direction: float, near: float, far: float, wide: float) -> None:
    """A white bar from one distance to another."""
    canvas.saveState()
    canvas.rotate(direction * 180 / pi)
    canvas.rect(near, -wide / 2, far - near, wide, stroke=0, fill=1)
    canvas.restoreState()
