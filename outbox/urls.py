"""Addresses below /postausgang/."""

from django.urls import path

from outbox import views

app_name = "outbox"

urlpatterns = [
    path("", views.mail_list, name="list"),
    path("export/", views.mail_export, name="export"),
    path("<int:pk>/", views.mail_detail, name="detail"),
    path("<int:pk>/vorschau/", views.mail_html, name="html"),
    path("<int:pk>/datei/", views.mail_file, name="file"),
    path("<int:pk>/erneut-senden/", views.mail_resend, name="resend"),
    path("<int:pk>/zurueckziehen/", views.mail_withdraw, name="withdraw"),
]
