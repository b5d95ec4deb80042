"""The chapter of the stability protocol."""

from collections.abc import Iterator

from apps.documents.facts import Bilingual, Block, Column, Heading
from apps.products.content.phrases import both, confirmed, joined, list_table, marked, section, source_text
from apps.products.definition import Definition
from apps.products.definition.stability import StabilityProtocol


def stability_blocks(definition: Definition, protocol: StabilityProtocol) -> Iterator[Block]:
    """What is studied, at which months, by which tests, and what it may support at most."""
    yield Heading(Bilingual("Stability", "稳定性"))
    labels = {test.key: test.label for test in definition.testing.tests}
    state, pull = definition.storage.state(protocol.state), protocol.pull
    kinds = {kind.key: kind.label for kind in definition.testing.samples}
    yield section(
        Bilingual("Protocol", "考察方案"),
        ("Storage condition", "贮存条件", both(state.label) if state else protocol.state),
        ("Tests", "检验项目", joined(labels[key] for key in protocol.tests)),
        ("Sample", "样品", both(kinds[pull.sample])),
        ("Units at each time point", "每个时间点单元数", marked(str(pull.units), pull.source)),
        ("Supports at most", "最长可支持", marked(f"{protocol.support.at_most} mo", protocol.support.source)),
    )
    columns = (
        Column(Bilingual("Month", "月"), width=14),
        Column(Bilingual("Window", "窗口"), width=22),
        Column(Bilingual("Tests", "检验项目"), width=44),
        Column(Bilingual("Source", "依据"), width=20),
    )
    rows = tuple(
        (
            str(point.month),
            f"± {point.window.text}",
            joined(labels[key] for key in protocol.tests_at(point.month)),
            source_text(point.source),
        )
        for point in protocol.points
    )
    yield confirmed(Bilingual("Time points", "时间点"), columns, rows)
    yield list_table(Bilingual("Clauses", "条款"), protocol.clauses)
