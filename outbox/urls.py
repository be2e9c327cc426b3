"""Addresses below /postausgang/."""

from django.urls import path

from outbox import views, views_wordings

app_name = "outbox"

urlpatterns = [
    path("", views.mail_list, name="list"),
    path("export/", views.mail_export, name="export"),
    path("texte/", views_wordings.wording_list, name="wordings"),
    path("texte/<slug:kind>/", views_wordings.wording_edit, name="wording"),
    path("texte/<slug:kind>/vorschau/", views_wordings.wording_preview, name="wording_preview"),
    path("texte/<slug:kind>/zuruecksetzen/", views_wordings.wording_reset, name="wording_reset"),
    path("<int:pk>/", views.mail_detail, name="detail"),
    path("<int:pk>/vorschau/", views.mail_html, name="html"),
    path("<int:pk>/datei/", views.mail_file, name="file"),
    path("<int:pk>/erneut-senden/", views.mail_resend, name="resend"),
    path("<int:pk>/zurueckziehen/", views.mail_withdraw, name="withdraw"),
]
