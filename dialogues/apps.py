from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialoguesConfig(AppConfig):
    name = "dialogues"
    verbose_name = "Branchengespräche"

    def ready(self):
        # Imported here, because models can be loaded only once all apps are known.
        from approvals.enums import ApprovalKind
        from approvals.registry import register_commitments, register_deciding_service

        # `mails` is imported for its side effect: it registers the texts.
        from dialogues import mails, services  # noqa: F401
        from dialogues.queries import (
            COMMITMENTS,
            open_dialogues,
            open_needs,
            open_series,
            open_topics,
        )
        from dialogues.queries.people import DEPENDENTS
        from dialogues.reminders import OFFICE_RULES, RULE, office_reminders_due, reminders_due
        from dialogues.services.privacy import PERSON_DATA
        from partners.registry import (
            AssignableKind,
            register_assignable,
            register_dependents,
            register_person_data,
        )
        from reminders.registry import register_reminders

        register_deciding_service(ApprovalKind.SERIES, services.decide_series)
        register_deciding_service(ApprovalKind.TOPIC, services.decide_topic)
        register_deciding_service(ApprovalKind.DATES, services.decide_dates)
        register_commitments("dialogue", COMMITMENTS)
        register_person_data(PERSON_DATA)
        register_dependents(DEPENDENTS)
        register_reminders(RULE, due=reminders_due)
        register_reminders(*OFFICE_RULES.values(), due=office_reminders_due)
        register_assignable(
            AssignableKind("reihe", _("Reihen"), "dialogues:series_list", open_series),
            AssignableKind("thema", _("Themen"), "dialogues:topics", open_topics),
            AssignableKind("gespraech", _("Branchengespräche"), "dialogues:list", open_dialogues),
            AssignableKind("bedarf", _("Bedarfe"), "dialogues:needs", open_needs),
        )
