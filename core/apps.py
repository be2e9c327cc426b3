from functools import cache

from django.apps import AppConfig
from simple_history.manager import HistoryManager


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Kern"

    def ready(self):
        """Register how lists of numbers are compared. Let django-simple-history build the class of its managers once,
        not at each access: that is 1 ms a save.
        """
        from core import lookups  # noqa: F401

        HistoryManager.from_queryset = staticmethod(cache(HistoryManager.from_queryset))
