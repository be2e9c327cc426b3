"""The one table of this floor: signs of life of the processes in the background."""

from django.db import models


class Heartbeat(models.Model):
    """When a process in the background last showed that it lives. It serves monitoring and holds no
    history.
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
