"""What a new dialogue takes over from a former one."""

from django.db.models import Exists, OuterRef, QuerySet

from dialogues.enums import TopicState
from dialogues.models import Dialogue, Topic
from partners.models import Person


def guests_to_copy(dialogue: Dialogue) -> QuerySet[Person]:
    """Return the people on the guest list of `dialogue`, each with `can_be_invited`."""
    # Withdrawn invitations are no longer on the list.
    invited = dialogue.invitations.active().values("person")
    reachable = Person.objects.reachable().filter(pk=OuterRef("pk"))
    people = Person.objects.filter(pk__in=invited).annotate(can_be_invited=Exists(reachable))
    return people.select_related("organisation").order_by("sort_name", "search", "pk")


def topics_to_plan() -> QuerySet[Topic]:
    """Return the topics on which a dialogue may be planned."""
    return Topic.objects.filter(state=TopicState.APPROVED).order_by("search", "pk")
