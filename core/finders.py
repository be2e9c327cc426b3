"""Static files of installed apps, as far as the portal can use them."""

from django.contrib.staticfiles.finders import AppDirectoriesFinder

# Extensions of htmx import the bare name `htmx`, which a hashing storage takes for a missing file.
# None is in use.
NOT_SHIPPED = ["django_htmx/ext/*"]


class UsableAppFinder(AppDirectoriesFinder):
    """Django's finder of app files, without those in `NOT_SHIPPED`."""

    def list(self, ignore_patterns):
        return super().list([*(ignore_patterns or ()), *NOT_SHIPPED])
