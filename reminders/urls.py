"""URLs below /postausgang/ for the forecast and the rules of reminders."""

from django.urls import path

from reminders import views

app_name = "reminders"

urlpatterns = [
    path("regeln/", views.rule_list, name="rules"),
    path("regeln/<slug:key>/", views.rule_page, name="rule"),
    path("regeln/<slug:key>/zuruecksetzen/", views.rule_reset, name="rule_reset"),
    path("vorschau/", views.forecast, name="forecast"),
    path("vorschau/pausieren/", views.pause, name="pause"),
    path("vorschau/pausen/<int:pk>/aufheben/", views.resume, name="resume"),
]
