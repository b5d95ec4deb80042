"""Nothing is written except through the audited door: no other code calls what writes to the database."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.apps import apps

from apps.audit.models import Audited
from tests.architecture.source import Source, product

# Tables that hold no record of anybody's act; rows in them may be written plainly, and only as `Name.objects...`.
WORKING_TABLES = {
    "Challenge": "what is being shown for signing, for at most five minutes",
    "FailedAttempt": "wrong secrets of the last minutes, for the lock-out",
    "Series": "the period in which a person signs with the secret alone",
    "Session": "who is signed in; ended by the server",
    "Cursor": "how far a reader of the trail has read",
    "IdempotencyKey": "answers already given to a repeated request",
}
ALWAYS_A_WRITE = {"bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "executemany"}
ALWAYS_A_WRITE |= {f"a{name}" for name in (*ALWAYS_A_WRITE, "create", "save", "update")} | {"_raw_delete"}
DRAWN_OR_STORED = {"canvas", "pdf", "image", "drawing", "default_storage", "storage"}  # `.save()` writes no row
PAPER = ("apps/documents/layout/", "apps/documents/fonts/")  # nor does it in these folders
ONLY_SELECTS = {"apps/core/prepared.py"}  # `execute` runs there what Django's compiler made of a queryset
READS = ("SELECT", "WITH", "EXPLAIN", "PRAGMA TABLE", "PRAGMA INDEX")


def writes_past_the_door(source: Source) -> Iterator[str]:
    texts = _named_texts(source.tree)
    for call in ast.walk(source.tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            receiver, verb = call.func.value, call.func.attr
            is_drawing = verb == "save" and source.path.startswith(PAPER)
            is_select = verb == "execute" and source.path in ONLY_SELECTS
            is_allowed = is_drawing or is_select or _root(receiver) in WORKING_TABLES
            if _writes(call, verb, receiver, texts) and not is_allowed:
                yield source.at(call, f"{ast.unparse(call.func)[-60:]}() writes past the audited door")


def _writes(call: ast.Call, verb: str, receiver: ast.expr, texts: dict[str, list[ast.expr]]) -> bool:
    name = _last(receiver)
    if verb in ("execute", "raw", "callproc"):
        return not (call.args and _only_reads(call.args[0], texts))
    if verb == "save":
        return name not in DRAWN_OR_STORED
    if verb in ("create", "update", "create_many", "update_many"):
        # A mapping or a hash is updated by position, a queryset by keyword only.
        return name != "change" and (verb != "update" or bool(call.keywords))
    return verb in ALWAYS_A_WRITE or (verb == "copy" and name == "cursor" and bool(call.args))


def _only_reads(sql: ast.expr, texts: dict[str, list[ast.expr]]) -> bool:
    """Whether a statement can only read, as far as the source tells: named texts and formats are followed."""
    if isinstance(sql, ast.Name) and sql.id in texts:
        others = {name: text for name, text in texts.items() if name != sql.id}
        return all(_only_reads(text, others) for text in texts[sql.id])
    if isinstance(sql, ast.Call) and isinstance(sql.func, ast.Attribute) and sql.func.attr == "format":
        return _only_reads(sql.func.value, texts)
    if isinstance(sql, ast.JoinedStr) and sql.values:
        return _only_reads(sql.values[0], texts)
    return isinstance(sql, ast.Constant) and str(sql.value).strip().upper().startswith(READS)


def _named_texts(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """All that each name of the file may stand for."""
    assigned: dict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                assigned[_last(target)].append(node.value)
    return dict(assigned)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _root(node: ast.expr) -> str:
    """The first name of a chain like Challenge.objects.filter(...)."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def test_nothing_outside_the_audit_app_writes_to_the_database() -> None:
    judged = [source for source in product() if source.app != "audit"]

    assert [finding for source in judged for finding in writes_past_the_door(source)] == []


@pytest.mark.parametrize(
    "line",
    [
        "batch.save()",
        "batch.save(update_fields=['state'])",
        "form.save()",
        "batch.delete()",
        "Batch.objects.create(number='CT-1')",
        "Batch.objects.filter(pk=1).update(state='RELEASED')",
        "rows.update(state='RELEASED')",
        "self.rows().update(state='RELEASED')",
        "Batch.objects.bulk_create(rows)",
        "Batch._base_manager.bulk_update(rows, ['state'])",
        "Batch.objects.get_or_create(number='CT-1')",
        "Batch.objects.update_or_create(number='CT-1')",
        "batch.values.create(place='x')",
        "await Batch.objects.acreate(number='CT-1')",
        "cursor.execute('UPDATE batches_batch SET state = 1')",
        "cursor.execute(statement)",
        "cursor.execute(f'{verb} INTO x')",
        "cursor.executemany('SELECT 1', [])",
        "connection.cursor().execute('DROP TRIGGER x')",
        "cursor.copy('COPY x FROM STDIN')",
        "cursor.execute(DOWNWARDS.format(x=1))",
        "UPWARDS = 'DELETE FROM x'; cursor.execute(UPWARDS)",
    ],
)
def test_a_write_past_the_door_is_found(line: str) -> None:
    findings = list(writes_past_the_door(Source("apps/batches/services.py", f"async def f():\n    {line}\n")))

    assert len(findings) == 1
    assert "apps/batches/services.py:2" in findings[0]


@pytest.mark.parametrize(
    "line",
    [
        "change.create(Batch(number='CT-1'))",
        "self.change.update(batch, state='RUNNING')",
        "facts.update(others)",
        "digest.update(content)",
        "Challenge.objects.filter(pk=1).update(used_at=at)",
        "FailedAttempt.objects.create(username_key='x')",
        "canvas.save()",
        "cursor.execute('SELECT 1')",
        "cursor.execute(f'SELECT {columns} FROM x')",
        "cursor.execute(UPWARDS, [1])",
        "statement = UPWARDS.format(x=1); cursor.execute(statement)",
    ],
)
def test_the_door_working_tables_and_reads_are_allowed(line: str) -> None:
    text = f"UPWARDS = '''\n  WITH RECURSIVE x AS (SELECT 1) SELECT * FROM x'''\n{line}\n"

    assert list(writes_past_the_door(Source("apps/batches/services.py", text))) == []


def test_no_working_table_holds_an_audited_row() -> None:
    audited = {model.__name__ for model in apps.get_models() if issubclass(model, Audited)}

    assert audited & WORKING_TABLES.keys() == set()
