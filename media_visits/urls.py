"""Addresses under /besuche/, one route a line."""

from django.urls import path

from media_visits.views import coverage, lifecycle, lists, press, visits

app_name = "media_visits"

urlpatterns = [
    path("", lists.visit_list, name="list"),
    path("export/", lists.visit_export, name="export"),
    path("neu/", visits.create, name="create"),
    path("pressespiegel/", lists.coverage_list, name="coverage"),
    path("pressespiegel/export/", lists.coverage_export, name="coverage_export"),
    path("pressespiegel/neu/", coverage.create, name="coverage_create"),
    path("pressespiegel/<int:pk>/bearbeiten/", coverage.edit, name="coverage_edit"),
    path("pressespiegel/<int:pk>/entfernen/", coverage.remove, name="coverage_remove"),
    path("pressetermine/<int:pk>/bearbeiten/", press.edit, name="press_edit"),
    path("pressetermine/<int:pk>/entfernen/", press.remove, name="press_remove"),
    path("<int:pk>/", visits.detail, name="detail"),
    path("<int:pk>/bearbeiten/", visits.edit, name="edit"),
    path("<int:pk>/veroeffentlichen/", visits.publish, name="publish"),
    path("<int:pk>/zuruecknehmen/", visits.unpublish, name="unpublish"),
    path("<int:pk>/vorlegen/", lifecycle.submit, name="submit"),
    path("<int:pk>/zurueckziehen/", lifecycle.withdraw, name="withdraw"),
    path("<int:pk>/ankuendigen/", lifecycle.announce, name="announce"),
    path("<int:pk>/durchgefuehrt/", lifecycle.hold, name="hold"),
    path("<int:pk>/ergebnis/", lifecycle.document, name="document"),
    path("<int:pk>/verschieben/", lifecycle.postpone, name="postpone"),
    path("<int:pk>/absagen/", lifecycle.cancel, name="cancel"),
    path("<int:pk>/pressetermin/", press.create, name="press_create"),
]
