from django.db.models import QuerySet

from dialogues.models import Contribution, Dialogue
from partners.models import Organisation


def contributions_to(dialogue: Dialogue, user) -> QuerySet[Contribution]:
    """Return what of the contributions to `dialogue` `user` may see, in the order of entry."""
    contributions = Contribution.objects.visible_to(user).filter(dialogue=dialogue)
    return contributions.select_related("organisation", "person").order_by("pk")


def organisations_at(dialogue: Dialogue) -> list[int]:
    """Return the keys of the host and of the organisations whose people are invited, by name."""
    invited = dialogue.invitations.active().order_by().values("person__organisation")
    found = Organisation.objects.filter(pk__in=invited).order_by("search", "pk")
    keys = [dialogue.host_id, *found.values_list("pk", flat=True)]
    return [key for key in dict.fromkeys(keys) if key]
