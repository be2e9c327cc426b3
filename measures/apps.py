from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeasuresConfig(AppConfig):
    name = "measures"
    verbose_name = "Maßnahmen"

    def ready(self):
        # Lower apps cannot import this one (docs/architecture.md), so it registers its mails and
        # reminders with them.
        from measures import mails  # noqa: F401  registers the texts
        from measures.queries import open_measures
        from measures.queries.people import DEPENDENTS
        from measures.reminders import RULE, reminders_due
        from measures.services.privacy import PERSON_DATA
        from partners.registry import (
            AssignableKind,
            register_assignable,
            register_dependents,
            register_person_data,
        )
        from reminders.registry import register_reminders

        register_dependents(DEPENDENTS)
        register_person_data(PERSON_DATA)
        register_reminders(RULE, due=reminders_due)
        register_assignable(
            AssignableKind("massnahme", _("Maßnahmen"), "measures:list", open_measures)
        )
