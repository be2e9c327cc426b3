"""URLs of pages that combine several apps."""

from django.urls import path

from overview import views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("branchenbilanz/", views.sector_balance_page, name="sector_balance"),
]
