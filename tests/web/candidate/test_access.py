"""A candidate's link: the same on every device and in every reminder, until it is made anew or revoked."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.candidate.access import link_of, renew
from interview_analysis.web.candidate.models import Invitation

HOME = reverse("candidate:home")


def test_the_link_leads_in_on_two_devices_and_leaves_its_address_behind(invitation: Invitation):
    link = link_of(invitation)
    assert link_of(Invitation.objects.get(pk=invitation.pk)) == link
    for device in (Client(), Client()):
        assert device.get(link).headers["Location"] == HOME
        assert device.get(HOME).status_code == 200


def test_a_new_link_ends_the_old_one_and_who_came_in_by_it(invitation: Invitation):
    device, old = Client(), link_of(invitation)
    device.get(old)
    renew(invitation)
    invitation.save()
    assert device.get(HOME).status_code == 404
    assert device.get(old).status_code == 410
    assert Client().get(link_of(invitation)).status_code == 302


def test_a_revoked_link_is_closed(invitation: Invitation):
    device = Client()
    device.get(link_of(invitation))
    Invitation.objects.update(revoked_at=timezone.now())
    assert device.get(HOME).status_code == 404
    assert Client().get(link_of(invitation)).status_code == 410


@pytest.mark.django_db
def test_a_guessed_link_is_closed():
    assert Client().get(reverse("candidate:enter", args=["x" * 43])).status_code == 410


def test_the_token_is_not_in_the_database(invitation: Invitation):
    token = link_of(invitation).rstrip("/").rpartition("/")[2]
    row = Invitation.objects.filter(pk=invitation.pk).values_list()[0]
    assert token not in map(str, row)
