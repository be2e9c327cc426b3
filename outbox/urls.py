from django.urls import path

from outbox.enums import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.views import batches, bulk, mails, wordings

app_name = "outbox"

urlpatterns = [
    path("", mails.mail_list, name="list"),
    path("export/", mails.mail_export, name="export"),
    path("versenden/", bulk.bulk_action, {"action": APPROVE}, name="bulk_approve"),
    path("erneut-senden/", bulk.bulk_action, {"action": RESEND}, name="bulk_resend"),
    path("zurueckziehen/", bulk.bulk_action, {"action": WITHDRAW}, name="bulk_withdraw"),
    path("erledigen/", bulk.bulk_action, {"action": SETTLE}, name="bulk_settle"),
    path("texte/", wordings.wording_list, name="wordings"),
    path("texte/<slug:kind>/", wordings.wording_edit, name="wording"),
    path("texte/<slug:kind>/vorschau/", wordings.wording_preview, name="wording_preview"),
    path("texte/<slug:kind>/zuruecksetzen/", wordings.wording_reset, name="wording_reset"),
    path("versand/<uuid:batch_id>/", batches.batch_detail, name="batch"),
    path("<int:pk>/", mails.mail_detail, name="detail"),
    path("<int:pk>/vorschau/", mails.mail_html, name="html"),
    path("<int:pk>/datei/", mails.mail_file, name="file"),
    path("<int:pk>/termin.ics", mails.mail_calendar, name="calendar"),
    path("<int:pk>/versenden/", mails.mail_approve, name="approve"),
    path("<int:pk>/erneut-senden/", mails.mail_resend, name="resend"),
    path("<int:pk>/zurueckziehen/", mails.mail_withdraw, name="withdraw"),
    path("<int:pk>/erledigen/", mails.mail_settle, name="settle"),
]
