"""The portal's addresses, one route a line."""

from django.urls import include, path

from masterplan import chart_pages, health, pages
from masterplan.overview import overview

urlpatterns = [
    path("", overview, name="overview"),
    path("zeitplan/", chart_pages.timeline_page, name="timeline"),
    path("branchenbilanz/", chart_pages.sector_balance_page, name="sector_balance"),
    path("", include("partners.urls")),
    path("", include("partners.urls_account")),
    path("massnahmen/", include("measures.urls")),
    path("branchengespraeche/", include("dialogues.urls")),
    path("besuche/", include("media_visits.urls")),
    path("freigaben/", include("masterplan.urls_desk")),
    path("postausgang/vorschau/", include("masterplan.urls_forecast")),
    path("postausgang/", include("outbox.urls")),
    path("impressum/", pages.imprint, name="imprint"),
    path("datenschutz/", pages.privacy, name="privacy"),
    path("barrierefreiheit/", pages.accessibility, name="accessibility"),
    path("healthz", health.container, name="healthz"),
    path("healthz/betrieb", health.operation, name="healthz_operation"),
]
