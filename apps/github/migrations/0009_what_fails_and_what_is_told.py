"""Deliveries that fail are counted, and repositories are looked up instead of believed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("github", "0008_left_out_and_gone")]

    operations = [
        migrations.RenameField("delivery", "removed_ids", "repository_ids"),
        migrations.RemoveField("delivery", "repository_name"),
        migrations.AddField(
            model_name="delivery",
            name="failures",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="trackedrepository",
            name="told_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="trackedrepository",
            index=models.Index(
                condition=models.Q(("told_at__isnull", False)),
                fields=["told_at"],
                name="repositories_told_of",
            ),
        ),
    ]
