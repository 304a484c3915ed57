from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0006_answers_in_writing"),
    ]

    operations = [
        migrations.AddField(
            model_name="recording",
            name="preparing_at",
            field=models.DateTimeField(null=True),
        ),
    ]
