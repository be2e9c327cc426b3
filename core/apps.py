from functools import cache

from django.apps import AppConfig
from django.forms import BaseForm
from simple_history.manager import HistoryManager


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Kern"

    def ready(self):
        """Configure what Django and its packages have no setting for."""
        from core import queries  # noqa: F401

        # The portal itself reports missing values: a browser would stop at the first field and use
        # its own words.
        BaseForm.use_required_attribute = False
        # simple-history builds a manager class on each access. Building it once saves 1 ms per
        # save.
        HistoryManager.from_queryset = staticmethod(cache(HistoryManager.from_queryset))
