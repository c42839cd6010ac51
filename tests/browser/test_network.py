"""A network that goes away, a tab that is closed, a service that is killed: nothing is lost."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.chromium import Watched
from tests.browser.clinic import Clinic
from tests.browser.conftest import Open
from tests.browser.test_journey import here, left_on_device

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CUT = ("Failed to load resource", "ERR_")
"""What Chromium writes on the console for a request without an answer."""
NOTHING = {"recordings": 0, "parts": 0}


def give_file(page: Page, path: Path) -> None:
    page.locator("#agreed").check()
    page.locator("#files").set_input_files(str(path))


def arrived_whole(page: Page, clinic: Clinic, key: str, path: Path) -> None:
    page.wait_for_selector(".statement", timeout=120_000)
    assert left_on_device(page) == NOTHING
    with clinic.client(key) as client:
        said = client.get(f"/consultations/{here(page)}/transcript").json()
    assert said["recording"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_network_lost_while_recording_is_sent_by_itself(visit: Open, key: str) -> None:
    watched = visit("/#/new", key)
    watched.expected = CUT
    page = watched.page
    page.locator("#agreed").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector(".recorder")
    page.wait_for_timeout(2500)
    page.context.set_offline(True)
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Terminer et envoyer").click()
    expect(page.locator(".sending .hint")).to_contain_text("Pas de réseau")
    assert left_on_device(page)["recordings"] == 1
    page.context.set_offline(False)
    page.wait_for_selector(".statement", timeout=120_000)
    assert left_on_device(page) == NOTHING


def test_tab_closed_in_mid_upload_goes_on_where_it_was(
    visit: Open, clinic: Clinic, key: str, microphone: Path
) -> None:
    """9.8 MB are three parts; the first arrives, then the network is gone, then the tab."""
    watched = visit("/#/new", key)
    watched.expected = CUT
    page = watched.page
    offsets: list[int] = []

    def first_only(route: Route) -> None:
        if route.request.method == "PATCH":
            offsets.append(int(route.request.headers["upload-offset"]))
            if offsets[-1] > 0:
                route.abort("internetdisconnected")
                return
        route.continue_()

    page.route("**/v1/uploads/*", first_only)
    give_file(page, microphone)
    expect(page.locator(".sending .hint")).to_contain_text("Pas de réseau")
    context = page.context
    page.close()

    again = visit("/", key, context=context)
    page = again.page
    sent: list[int] = []
    page.on(
        "request",
        lambda one: (
            sent.append(int(one.headers["upload-offset"])) if one.method == "PATCH" else None
        ),
    )
    expect(page.locator(".pending h2")).to_have_text("Enregistrements restés sur cet appareil")
    page.locator(".pending").get_by_role("button", name="Envoyer").click()
    arrived_whole(page, clinic, key, microphone)
    assert sent[0] == 4 << 20, "not from its beginning"


def test_network_lost_while_documents_are_sent_goes_on_by_itself(
    visit: Open, clinic: Clinic, key: str, tmp_path: Path
) -> None:
    """9 MB are three parts: one arrives, the network goes, and the rest is sent once it is back."""
    letter = tmp_path / "lettre.txt"
    letter.write_text("Consultation du 03/02/2024\n\nTraitement : Amlodipine 5 mg le matin.\n")
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.7 cannot be read" + bytes(9 << 20))
    watched = visit("/#/records/new", key)
    watched.expected = CUT
    page = watched.page
    offsets: list[int] = []

    def cut(route: Route) -> None:
        if route.request.method == "PATCH":
            offsets.append(int(route.request.headers["upload-offset"]))
            if len(offsets) == 2:
                page.context.set_offline(True)
                route.abort("internetdisconnected")
                return
        route.continue_()

    page.route("**/v1/uploads/*", cut)
    page.locator("#documents").set_input_files([str(letter), str(scan)])
    page.locator("#agreed").check()
    page.get_by_role("button", name="Envoyer et lire").click()
    expect(page.locator(".sending .hint")).to_contain_text("Pas de réseau")
    # Nothing is lost that was typed, and nothing is said to be wrong.
    expect(page.locator(".sending.away")).to_be_visible()
    page.context.set_offline(False)
    page.wait_for_url("**/#/r/rec_*", timeout=120_000)
    assert offsets[:3] == [0, 4 << 20, 4 << 20], "not from its beginning"
    page.locator("[data-document]", has_text="scan.pdf").wait_for(timeout=120_000)
    expect(page.locator("main")).to_contain_text("Amlodipine")
    record = page.url.split("#/r/")[1]
    with clinic.client(key) as client:
        found = client.get(f"/records/{record}").json()
        sent = client.get(f"/records/{record}/documents/d002/original").content
    assert [one["file"] for one in found["documents"]] == ["lettre.txt", "scan.pdf"]
    assert sent == scan.read_bytes()
    assert len(found["jobs"]) == 1


def test_tab_closed_while_recording_keeps_what_was_said(visit: Open, key: str) -> None:
    watched = visit("/#/new", key)
    page = watched.page
    page.locator("#agreed").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector(".recorder")
    page.wait_for_timeout(5000)
    context = page.context
    other = visit("/", key, context=context).page
    # While that tab lives, no other one offers half a recording.
    other.wait_for_selector(".headline")
    other.wait_for_timeout(500)
    assert other.locator(".pending").count() == 0
    page.close(run_before_unload=False)
    other.reload()
    other.locator(".pending").get_by_role("button", name="Envoyer").click()
    other.wait_for_selector(".statement", timeout=120_000)
    assert left_on_device(other) == NOTHING


def test_another_person_on_this_device_is_offered_nothing(
    visit: Open, clinic: Clinic, key: str, microphone: Path
) -> None:
    watched = visit("/#/new", key)
    watched.expected = CUT
    page = watched.page
    page.route("**/v1/uploads", lambda route: route.abort("internetdisconnected"))
    give_file(page, microphone)
    expect(page.locator(".sending .hint")).to_contain_text("Pas de réseau")
    context = page.context
    page.close()
    other = visit("/", clinic.key("Dr Petit", "elsewhere"), context=context).page
    other.wait_for_selector(".end-of-list .empty")
    assert other.locator(".pending").count() == 0
    owner = visit("/", key, context=context).page
    owner.locator(".pending").get_by_role("button", name="Supprimer").click()
    owner.get_by_role("dialog").locator("button[type=submit]").click()
    expect(owner.locator(".pending-row")).to_have_count(0)
    assert left_on_device(owner) == NOTHING


def test_service_killed_in_mid_upload(
    visit: Open, clinic: Clinic, key: str, microphone: Path
) -> None:
    watched: Watched = visit("/#/new", key)
    watched.expected = CUT
    page = watched.page
    killed: list[int] = []

    def kill(route: Route) -> None:
        offset = int(route.request.headers.get("upload-offset", "0"))
        if route.request.method == "PATCH" and offset > 0 and not killed:
            killed.append(offset)
            clinic.kill()
        route.continue_()

    page.route("**/v1/uploads/*", kill)
    try:
        give_file(page, microphone)
        expect(page.locator(".sending .hint")).to_contain_text("Pas de réseau")
        assert killed
    finally:
        if killed:
            clinic.begin()
    arrived_whole(page, clinic, key, microphone)
