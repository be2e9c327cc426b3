"""The text of a chapter of a Monitoring-Bericht, and publishing it."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.errors import Concern
from core.forms import WarnedForm, formfield_for
from measures.models import MonitoringChapter


class ChapterForm(VersionedForm):
    class Meta:
        model = MonitoringChapter
        fields = ("text",)
        formfield_callback = formfield_for


class PublishForm(WarnedForm):
    """Publishing a report; it shows `concerns` from the start, so that one click overrules them."""

    overrule_label = _("Trotzdem veröffentlichen")

    def __init__(self, *args, concerns: Sequence[Concern], **kwargs):
        super().__init__(*args, **kwargs)
        self.concerns = concerns
        self.initial["heeded"] = " ".join(concern.key for concern in concerns)
