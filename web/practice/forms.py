from __future__ import annotations

from django import forms

from interview_analysis.web.practice.models import CompanyValues


class ValuesForm(forms.ModelForm[CompanyValues]):
    class Meta:
        model = CompanyValues
        fields = ("en", "zh")
        widgets = {name: forms.Textarea(attrs={"rows": 5}) for name in fields}
