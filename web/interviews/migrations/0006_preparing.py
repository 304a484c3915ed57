from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0005_answers_gaps"),
    ]

    operations = [
        migrations.AddField(
            model_name="recording",
            name="preparing_at",
            field=models.DateTimeField(null=True),
        ),
    ]
