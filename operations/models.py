"""Heartbeats of the background processes."""

from django.db import models


class Heartbeat(models.Model):
    """The last sign of life of a background process. It has no history, because it changes every
    minute.
    """

    class Process(models.TextChoices):
        BEAT = "beat", "Zeitplan (Beat)"
        WORKER = "worker", "Hintergrunddienst (Worker)"

    process = models.CharField(max_length=10, choices=Process)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["process"], name="heartbeat_one_row_per_process")
        ]

    def __str__(self) -> str:
        return f"{self.process}: {self.at:%Y-%m-%d %H:%M:%S}"
