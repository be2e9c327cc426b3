"""Topics and series as lists and pages show them."""

from django.db.models import Count, Prefetch, Q, QuerySet

from dialogues.enums import SeriesState, TopicState
from dialogues.models import Dialogue, DialogueSeries, Topic
from partners.models import CrossCuttingTheme, Sector


def listed_topics(user) -> QuerySet[Topic]:
    """Return the topics `user` may see with organisation, series and sectors, unordered."""
    rows = Topic.objects.visible_to(user).select_related("organisation", "series")
    rows = rows.defer("internal_notes", "description", "organisation__search")
    return rows.prefetch_related(*_orders())


def page_topics(user) -> QuerySet[Topic]:
    """Return the topics `user` may see with all that the page of one shows."""
    rows = Topic.objects.visible_to(user).select_related(
        "organisation", "series", "proposed_by__person"
    )
    return rows.prefetch_related(*_orders())


def _orders():
    sectors = Prefetch("sectors", Sector.objects.order_by("name", "pk"))
    return sectors, Prefetch("themes", CrossCuttingTheme.objects.order_by("name", "pk"))


def dialogues_on(topic: Topic, user) -> QuerySet[Dialogue]:
    """Return the dialogues on `topic` that `user` may see, the latest first."""
    return Dialogue.objects.visible_to(user).filter(topic=topic).order_by("-pk")


def listed_series(user) -> QuerySet[DialogueSeries]:
    """Return the series `user` may see with how many topics and dialogues they hold, the latest
    first.
    """
    shown = Q(topics__state__in=[state for state in TopicState if state != TopicState.DRAFT])
    return (
        DialogueSeries.objects.visible_to(user)
        .annotate(
            topic_count=Count("topics", filter=shown, distinct=True),
            dialogue_count=Count("topics__dialogues", distinct=True),
        )
        .order_by("-pk")
    )


def series_to_choose(current: DialogueSeries | None = None) -> QuerySet[DialogueSeries]:
    """Return the series a topic can be put into: all but refused ones, and the `current` one in any
    case.
    """
    return DialogueSeries.objects.filter(
        ~Q(state=SeriesState.REFUSED) | Q(pk=getattr(current, "pk", None))
    ).order_by("-pk")
