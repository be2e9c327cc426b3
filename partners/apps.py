from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = "Partner"

    def ready(self):
        from partners import mails  # noqa: F401  registers the texts
        from partners.registry import register_person_data
        from partners.services.merges import PERSON_DATA

        register_person_data(PERSON_DATA)
