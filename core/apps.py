from functools import cache

from django.apps import AppConfig
from django.forms import BaseForm
from simple_history.manager import HistoryManager


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Kern"

    def ready(self):
        """Set what Django and its packages offer no setting for."""
        from core import queries  # noqa: F401

        # What is missing is said by the portal: a browser would stop at the first field, in its own
        # words.
        BaseForm.use_required_attribute = False
        # The class of the history's managers is built once, not at each access: that is 1 ms a
        # save.
        HistoryManager.from_queryset = staticmethod(cache(HistoryManager.from_queryset))
