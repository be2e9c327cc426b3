"""URLs of pages that combine several apps."""

from django.urls import path

from overview import views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("aufgaben/", views.tasks_page, name="tasks"),
    path("suche/", views.search_page, name="search"),
    path("branchenbilanz/", views.sector_balance_page, name="sector_balance"),
    path(
        "partner/organisationen/<int:pk>/vorgaenge/",
        views.organisation_related,
        name="organisation_related",
    ),
    path("partner/personen/<int:pk>/vorgaenge/", views.person_related, name="person_related"),
]
