"""Media types of documents that users upload and download, and the traffic light (*Ampel*)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PNG = "image/png"
JPEG = "image/jpeg"


# An empty value means that nobody states a colour.
class TrafficLight(models.TextChoices):
    GREEN = "green", _("grün")
    YELLOW = "yellow", _("gelb")
    RED = "red", _("rot")


TRAFFIC_LIGHT_MEANINGS = {
    TrafficLight.GREEN: _("läuft"),
    TrafficLight.YELLOW: _("Probleme, ohne Hilfe lösbar"),
    TrafficLight.RED: _("Hilfe oder Entscheidung nötig"),
}
