"""The text of a chapter of a Monitoring-Bericht."""

from core.conflicts import VersionedForm
from core.forms import formfield_for
from measures.models import MonitoringChapter


class ChapterForm(VersionedForm):
    class Meta:
        model = MonitoringChapter
        fields = ("text",)
        formfield_callback = formfield_for
