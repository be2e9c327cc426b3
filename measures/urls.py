from django.urls import path

from measures.views import (
    continuations,
    dependencies,
    measures,
    milestones,
    plans,
    projects,
    reports,
    rounds,
)

app_name = "measures"

# German, since people read, type and quote them; the names are English.
urlpatterns = [
    path("", measures.measure_list, name="list"),
    path("massnahmen.xlsx", measures.measure_export, name="export"),
    path("baum/", plans.tree, name="tree"),
    path("plaene/", plans.plan_list, name="plans"),
    path("plaene/<int:pk>/bearbeiten/", plans.plan_edit, name="plan_edit"),
    path("plaene/<int:pk>/fortschreiben/", plans.plan_continue, name="plan_continue"),
    path("plaene/<int:pk>/verbleib/", continuations.outcomes, name="outcomes"),
    path("plaene/<int:pk>/verbleib.xlsx", continuations.outcomes_export, name="outcomes_export"),
    path("plaene/<int:pk>/massnahmen/", continuations.continuation, name="continuation"),
    path("plaene/<int:pk>/massnahmen/<slug:action>/", continuations.decide, name="decide"),
    path(
        "verbleib/<int:pk>/zuruecknehmen/",
        continuations.continuation_undo,
        name="continuation_undo",
    ),
    path("ausserhalb/", projects.outside, name="outside"),
    path("ausserhalb/neu/", projects.project_add, name="project_add_outside"),
    path("neu/", measures.measure_create, name="create"),
    path("<int:pk>/", measures.measure_page, name="measure"),
    path("<int:pk>/bearbeiten/", measures.measure_edit, name="edit"),
    path("<int:pk>/bericht/", reports.report_write, name="write_report"),
    path("<int:pk>/meilensteine/neu/", milestones.milestone_add, name="milestone_add"),
    path("<int:pk>/projekte/neu/", projects.project_add, name="project_add"),
    path("meilensteine/<int:pk>/bearbeiten/", milestones.milestone_edit, name="milestone_edit"),
    path("meilensteine/<int:pk>/erreicht/", milestones.milestone_done, name="milestone_done"),
    path("meilensteine/<int:pk>/offen/", milestones.milestone_reopen, name="milestone_reopen"),
    path("meilensteine/<int:pk>/loeschen/", milestones.milestone_delete, name="milestone_delete"),
    path("meilensteine/<int:pk>/voraussetzungen/", dependencies.requirements, name="requirements"),
    path(
        "meilensteine/<int:pk>/voraussetzungen/<int:requirement>/eintragen/",
        dependencies.requirement_add,
        name="requirement_add",
    ),
    path(
        "meilensteine/<int:pk>/voraussetzungen/<int:requirement>/entfernen/",
        dependencies.requirement_remove,
        name="requirement_remove",
    ),
    path("projekte/<int:pk>/", projects.project_page, name="project"),
    path("projekte/<int:pk>/bearbeiten/", projects.project_edit, name="project_edit"),
    path("berichte/<int:pk>/", reports.report_page, name="report"),
    path("berichte/<int:pk>/annehmen/", reports.report_accept, name="report_accept"),
    path("berichte/<int:pk>/zurueckgeben/", reports.report_return, name="report_return"),
    path("berichtsrunden/", rounds.round_list, name="rounds"),
    path("berichtsrunden/neu/", rounds.round_create, name="round_create"),
    path("berichtsrunden/<int:pk>/", rounds.round_page, name="round"),
    path("berichtsrunden/<int:pk>/bearbeiten/", rounds.round_edit, name="round_edit"),
    path("berichtsrunden/<int:pk>/starten/", rounds.round_open, name="round_open"),
    path("berichtsrunden/<int:pk>/erinnern/", rounds.round_remind, name="round_remind"),
    path(
        "berichtsrunden/<int:pk>/erinnern/<int:lead>/",
        rounds.round_remind,
        name="round_remind_lead",
    ),
    path("berichtsrunden/<int:pk>/abschliessen/", rounds.round_close, name="round_close"),
]
