from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediaVisitsConfig(AppConfig):
    name = "media_visits"
    verbose_name = "Unternehmensbesuche"

    def ready(self):
        # Models can be imported only once all apps are loaded.
        from approvals.enums import ApprovalKind
        from approvals.registry import register_commitments, register_deciding_service
        from media_visits import mails  # noqa: F401  registers the texts
        from media_visits.queries import COMMITMENTS, DEPENDENTS, open_visits
        from media_visits.reminders import RULES, reminders_due
        from media_visits.services import decide_visit
        from media_visits.services.people import PERSON_DATA
        from partners.registry import (
            AssignableKind,
            register_assignable,
            register_dependents,
            register_person_data,
        )
        from reminders.registry import register_reminders

        register_deciding_service(ApprovalKind.VISIT, decide_visit)
        register_commitments("visit", COMMITMENTS)
        register_person_data(PERSON_DATA)
        register_dependents(DEPENDENTS)
        register_reminders(*RULES.values(), due=reminders_due)
        register_assignable(
            AssignableKind("besuch", _("Unternehmensbesuche"), "media_visits:list", open_visits)
        )
