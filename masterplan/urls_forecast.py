"""The addresses of the forecast below /postausgang/vorschau/."""

from django.urls import path

from masterplan import forecast_pages

urlpatterns = [
    path("", forecast_pages.forecast_page, name="reminder_forecast"),
    path("pausieren/", forecast_pages.pause, name="reminder_pause"),
    path("pausen/<int:pk>/aufheben/", forecast_pages.resume, name="reminder_resume"),
]
