"""Addresses below /postausgang/ for rules and the forecast of reminders."""

from django.urls import path

from reminders.views import forecast, rules

app_name = "reminders"

urlpatterns = [
    path("regeln/", rules.rule_list, name="rules"),
    path("regeln/<slug:key>/", rules.rule_page, name="rule"),
    path("regeln/<slug:key>/zuruecksetzen/", rules.rule_reset, name="rule_reset"),
    path("vorschau/", forecast.forecast_page, name="forecast"),
    path("vorschau/pausieren/", forecast.pause, name="pause"),
    path("vorschau/pausen/<int:pk>/aufheben/", forecast.resume, name="resume"),
]
