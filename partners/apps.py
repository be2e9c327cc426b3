from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = "Partner"

    def ready(self):
        # Models can be imported only once all apps are loaded.
        from outbox.registry import register_recipients
        from partners import mails  # noqa: F401  registers the texts
        from partners.progress import PERSON_DATA
        from partners.queries import current_recipients
        from partners.registry import register_dependents, register_person_data
        from partners.services.people import DEPENDENTS

        register_person_data(PERSON_DATA)
        register_dependents(DEPENDENTS)
        register_recipients(current_recipients)
