from __future__ import annotations

from django.urls import path

from interview_analysis.web.hiring import candidate_views, import_views, job_views

app_name = "hiring"
urlpatterns = [
    path("jobs/", job_views.jobs, name="jobs"),
    path("jobs/new", job_views.new, name="new_job"),
    path("jobs/<int:pk>/", job_views.job, name="job"),
    path("jobs/<int:pk>/rules", job_views.rules, name="rules"),
    path("jobs/<int:pk>/stages", job_views.stages, name="stages"),
    path("jobs/<int:pk>/profile", job_views.profile, name="profile"),
    path("jobs/<int:pk>/profile/<int:number>.yaml", job_views.profile_yaml, name="profile_yaml"),
    path("candidates/", candidate_views.candidates, name="candidates"),
    path("candidates/new", candidate_views.new, name="new_candidate"),
    path("candidates/import", import_views.import_candidates, name="import_candidates"),
    path("candidates/<int:pk>/", candidate_views.candidate, name="candidate"),
    path("candidates/<int:pk>/edit", candidate_views.edit, name="edit_candidate"),
    path("candidates/<int:pk>/resume", candidate_views.resume, name="resume"),
    path("applications/<int:pk>/", candidate_views.application, name="application"),
]
