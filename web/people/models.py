"""People who work with the application. Candidates are no users: they come by link."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person does here; docs/workbench.md has the table of who may what."""

    ADMINISTRATOR = "administrator", _("Administrator")
    RECRUITER = "recruiter", _("Recruiter")
    INTERVIEWER = "interviewer", _("Interviewer")
    AUDITOR = "auditor", _("Auditor")
    DATA_SCIENTIST = "data_scientist", _("Data scientist")


STAFF = (Role.ADMINISTRATOR, Role.RECRUITER)  # they run interviews
RATERS = (*STAFF, Role.INTERVIEWER)  # they may be asked to rate one


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, role=Role.ADMINISTRATOR, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.INTERVIEWER)
    language = models.CharField(
        _("language"), max_length=10, choices=[("en", "English"), ("zh-hans", "中文")], blank=True
    )
    zone = models.CharField(_("time zone"), max_length=64, default="UTC")  # an IANA name
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "email"]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        return False  # there is no second administration beside the application's own

    def may(self, *roles: Role) -> bool:
        return self.role in roles


class SignInLink(models.Model):
    """A link that signs a person in once: the first administrator's, or that of somebody who was invited.

    Only a hash of its token is kept.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    token_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
