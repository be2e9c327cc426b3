"""Addresses below /postausgang/."""

from django.urls import path

from outbox import rule_pages, views

app_name = "outbox"

urlpatterns = [
    path("", views.mail_list, name="list"),
    path("export/", views.mail_export, name="export"),
    path("regeln/", rule_pages.rule_list, name="rules"),
    path("regeln/<slug:key>/", rule_pages.rule_page, name="rule"),
    path("regeln/<slug:key>/zuruecksetzen/", rule_pages.rule_reset, name="rule_reset"),
    path("<int:pk>/", views.mail_detail, name="detail"),
    path("<int:pk>/vorschau/", views.mail_html, name="html"),
    path("<int:pk>/datei/", views.mail_file, name="file"),
    path("<int:pk>/erneut-senden/", views.mail_resend, name="resend"),
    path("<int:pk>/zurueckziehen/", views.mail_withdraw, name="withdraw"),
]
