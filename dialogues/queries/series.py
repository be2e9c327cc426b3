from django.db.models import Count, Q, QuerySet

from core.models import Origin
from dialogues.enums import SERIES_OVER, SeriesState, TopicState
from dialogues.models import DialogueSeries


def listed_series(user) -> QuerySet[DialogueSeries]:
    """Return the series `user` may see, newest first, with `topic_count` and `dialogue_count`."""
    # Drafts are private, so the counts must not include them.
    proposed = Q(topics__state__in=[state for state in TopicState if state != TopicState.DRAFT])
    return (
        DialogueSeries.objects.visible_to(user)
        .select_related("responsible__person")
        .annotate(
            topic_count=Count("topics", filter=proposed, distinct=True),
            dialogue_count=Count("topics__dialogues", distinct=True),
        )
        .order_by("-pk")
    )


def open_series() -> QuerySet[DialogueSeries]:
    """Return the series that somebody in the office still has to watch, by title."""
    series = DialogueSeries.objects.exclude(origin=Origin.TAKEN_OVER)
    return series.exclude(state__in=SERIES_OVER).order_by("title", "pk")


def series_to_choose(current: DialogueSeries | None = None) -> QuerySet[DialogueSeries]:
    """Return the series that a topic can belong to: its `current` one and all not refused."""
    return DialogueSeries.objects.filter(
        ~Q(state=SeriesState.REFUSED) | Q(pk=getattr(current, "pk", None))
    ).order_by("-pk")
