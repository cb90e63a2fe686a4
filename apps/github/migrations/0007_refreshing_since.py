"""Since when a sign-in's token is being refreshed, so that one process at a time does it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("github", "0006_gaps_tried_at")]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="refreshing_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
