"""URLs below /besuche/."""

from django.urls import path

from media_visits.views import lifecycle, outcomes, press, visits

app_name = "media_visits"

urlpatterns = [
    path("", visits.visit_list, name="list"),
    path("export/", visits.export, name="export"),
    path("neu/", visits.create, name="create"),
    path("pressespiegel/", press.coverage_list, name="coverage"),
    path("pressespiegel/export/", press.export_coverage, name="coverage_export"),
    path("pressespiegel/neu/", press.create_coverage, name="coverage_create"),
    path("pressespiegel/<int:pk>/bearbeiten/", press.edit_coverage, name="coverage_edit"),
    path("pressespiegel/<int:pk>/entfernen/", press.delete_coverage, name="coverage_remove"),
    path("pressetermine/<int:pk>/bearbeiten/", press.edit_slot, name="press_edit"),
    path("pressetermine/<int:pk>/entfernen/", press.remove_slot, name="press_remove"),
    path("pressetermine/<int:pk>/absagen/", press.cancel_slot, name="press_cancel"),
    path("<int:pk>/", visits.detail, name="detail"),
    path("<int:pk>/bearbeiten/", visits.edit, name="edit"),
    path("<int:pk>/veroeffentlichen/", visits.publish, name="publish"),
    path("<int:pk>/zuruecknehmen/", visits.unpublish, name="unpublish"),
    path("<int:pk>/vorlegen/", lifecycle.submit, name="submit"),
    path("<int:pk>/zurueckziehen/", lifecycle.withdraw, name="withdraw"),
    path("<int:pk>/ankuendigen/", lifecycle.announce, name="announce"),
    path("<int:pk>/durchgefuehrt/", outcomes.hold, name="hold"),
    path("<int:pk>/nachtraeglich/", outcomes.record, name="record"),
    path("<int:pk>/nachtraeglich-zuruecknehmen/", outcomes.unrecord, name="unrecord"),
    path("<int:pk>/nicht-durchgefuehrt/", outcomes.reopen, name="reopen"),
    path("<int:pk>/ergebnis/", outcomes.document, name="document"),
    path("<int:pk>/verschieben/", lifecycle.postpone, name="postpone"),
    path("<int:pk>/absagen/", lifecycle.cancel, name="cancel"),
    path("<int:pk>/wieder-aufnehmen/", lifecycle.resume, name="resume"),
    path("<int:pk>/pressetermin/", press.create_slot, name="press_create"),
]
