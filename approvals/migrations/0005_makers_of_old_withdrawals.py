from django.db import migrations


def fill(apps, schema_editor):
    """Take from the history who withdrew a request and when; what no account did stays without."""
    history = apps.get_model("approvals", "HistoricalApprovalRequest").objects
    for row in apps.get_model("approvals", "ApprovalRequest").objects.filter(
        state="withdrawn", withdrawn_at=None
    ):
        entries = history.filter(id=row.pk, state="withdrawn", history_user__isnull=False)
        if entry := entries.order_by("history_date", "history_id").first():
            row.withdrawn_at, row.withdrawn_by_id = entry.history_date, entry.history_user_id
            row.save(update_fields=["withdrawn_at", "withdrawn_by"])


class Migration(migrations.Migration):
    dependencies = [("approvals", "0004_withdrawals")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
