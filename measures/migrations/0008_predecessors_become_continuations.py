"""`Measure.predecessor` becomes a continuation, which can also merge, split and end measures."""

from collections import defaultdict

from django.db import migrations

BATCH_SIZE = 500


def make_continuations(apps, schema_editor):
    """Continue each predecessor in the plan of its successors: split if there are several."""
    Measure = apps.get_model("measures", "Measure")
    Continuation = apps.get_model("measures", "Continuation")
    successors = defaultdict(list)
    pairs = Measure.objects.filter(predecessor__isnull=False).order_by("pk")
    for pk, plan, predecessor in pairs.values_list("pk", "plan_id", "predecessor_id"):
        successors[predecessor, plan].append(pk)
    taken_over = set(Measure.objects.filter(origin="taken_over").values_list("pk", flat=True))
    made = Continuation.objects.bulk_create(
        (
            Continuation(
                measure_id=predecessor,
                plan_id=plan,
                kind="continued" if len(pks) == 1 else "split",
                origin="taken_over" if predecessor in taken_over else "entered",
            )
            for (predecessor, plan), pks in successors.items()
        ),
        batch_size=BATCH_SIZE,
    )
    link = Continuation.successors.through
    link.objects.bulk_create(
        (
            link(continuation_id=continuation.pk, measure_id=pk)
            for continuation in made
            for pk in successors[continuation.measure_id, continuation.plan_id]
        ),
        batch_size=BATCH_SIZE,
    )


def name_predecessors(apps, schema_editor):
    """Undo `make_continuations`. A measure has only one predecessor then: the first of several."""
    Measure = apps.get_model("measures", "Measure")
    link = apps.get_model("measures", "Continuation").successors.through
    pairs = link.objects.order_by("-continuation_id")
    for pk, predecessor in pairs.values_list("measure_id", "continuation__measure_id"):
        Measure.objects.filter(pk=pk).update(predecessor=predecessor)


class Migration(migrations.Migration):
    dependencies = [("measures", "0007_continuations")]

    operations = [
        # First, so that it runs last when the migration is reversed.
        migrations.RunPython(make_continuations, name_predecessors),
        migrations.RemoveConstraint("measure", "measure_is_not_its_own_predecessor"),
        migrations.RemoveField("historicalmeasure", "predecessor"),
        migrations.RemoveField("measure", "predecessor"),
    ]
