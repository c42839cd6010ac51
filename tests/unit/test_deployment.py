"""Dockerfile, compose.yaml and the Kubernetes manifests: what can be checked without running them.

No image is built and no cluster is asked here; these tests hold the promises that are written in
the files: names of settings that exist, pinned images, no root, no default password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from api.alive import alive
from consultation.settings import Settings
from jobs.service_settings import ServiceSettings

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
KNOWN = {
    f"ANAMNESE_{name.upper()}" for kind in (Settings, ServiceSettings) for name in kind.model_fields
}
PINNED = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+[\w.-]*$")
OBJECTS = [
    (path.name, one) for path in MANIFESTS for one in yaml.safe_load_all(path.read_text("utf-8"))
]
WORKLOADS = [one for _, one in OBJECTS if one["kind"] in {"Deployment", "StatefulSet"}]


def named_settings(text: str) -> set[str]:
    return set(re.findall(r"\bANAMNESE_[A-Z0-9_]+", text))


@pytest.mark.parametrize(
    "path", [ROOT / "Dockerfile", ROOT / "compose.yaml", *MANIFESTS], ids=lambda p: p.name
)
def test_every_setting_exists(path: Path) -> None:
    # Of compose itself, not of ours: where the model is.
    assert named_settings(path.read_text("utf-8")) - {"ANAMNESE_MODEL_FOLDER"} <= KNOWN


def test_values_are_ones_that_the_settings_take() -> None:
    for service in COMPOSE["services"].values():
        environment = service.get("environment", {})
        values = {
            name.removeprefix("ANAMNESE_").lower(): value
            for name, value in environment.items()
            if name in KNOWN
        }
        for kind in (Settings, ServiceSettings):
            kind.model_validate({k: v for k, v in values.items() if k in kind.model_fields})


@pytest.mark.parametrize(("name", "manifest"), OBJECTS)
def test_manifests_are_valid(name: str, manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, "1.33", strict=True)
    assert manifest["kind"] == "Namespace" or manifest["metadata"]["namespace"] == "anamnese"


def test_a_wrong_manifest_is_found() -> None:
    """So that the test above can fail."""
    wrong = {**WORKLOADS[0], "spec": {**WORKLOADS[0]["spec"], "replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.33", strict=True)


def test_pods_are_hardened_and_drain() -> None:
    assert {one["metadata"]["name"] for one in WORKLOADS} == {"api", "worker"}
    guarded = {
        one["spec"]["selector"]["matchLabels"]["part"]
        for _, one in OBJECTS
        if one["kind"] == "PodDisruptionBudget"
    }
    for workload in WORKLOADS:
        pod = workload["spec"]["template"]["spec"]
        assert workload["spec"]["replicas"] > 1
        assert workload["metadata"]["name"] in guarded
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["runAsUser"] > 0
        assert not pod["automountServiceAccountToken"]
        mounted = {volume["name"] for volume in pod["volumes"]}
        for container in pod["containers"]:
            assert PINNED.fullmatch(container["image"]), container["image"]
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"]
            assert not security["allowPrivilegeEscalation"]
            assert security["capabilities"]["drop"] == ["ALL"]
            assert "memory" in container["resources"]["limits"]
            assert "livenessProbe" in container
            assert {mount["name"] for mount in container["volumeMounts"]} <= mounted
            drain = {e["name"]: e["value"] for e in container.get("env", [])}.get(
                "ANAMNESE_DRAIN_SECONDS", "0"
            )
            assert pod["terminationGracePeriodSeconds"] > float(drain) + 20
    closed = [
        one["spec"]
        for _, one in OBJECTS
        if one["kind"] == "NetworkPolicy" and one["spec"]["podSelector"] == {}
    ]
    assert closed == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]


def test_secrets_are_mounted_files() -> None:
    everything = [COMPOSE, *(one for _, one in OBJECTS)]
    for name, value in (pair for one in everything for pair in pairs(one)):
        if re.search(r"(?i)password|token|secret_key|api_key", str(name)) and isinstance(
            value, str
        ):
            assert value.startswith(("/run/secrets/", "/secrets/")), name
    assert "://anamnese@" in (ROOT / "compose.yaml").read_text("utf-8")
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("./secrets/")
    assert "secrets" in (ROOT / ".gitignore").read_text("utf-8").split()


def pairs(tree: object) -> Iterator[tuple[object, object]]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield name, value
            yield from pairs(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from pairs(value)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_services_are_hardened(name: str) -> None:
    service = COMPOSE["services"][name]
    assert PINNED.fullmatch(service["image"]), service["image"]
    user = service["user"].partition(":")[0]
    assert int(user) > 0
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    if "build" in service:
        assert f" AS {service['build']['target']}\n" in DOCKERFILE
    # Only one has a way out, and it is not one that runs with the service.
    if "outside" in service["networks"]:
        assert service["profiles"] == ["tools"]
    if service.get("ports"):
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    for secret in service.get("secrets", []):
        assert secret in COMPOSE["secrets"]
    for volume in service.get("volumes", []):
        source = volume.partition(":")[0]
        assert source in COMPOSE["volumes"] or source.startswith("$")
    drain = service.get("environment", {}).get("ANAMNESE_DRAIN_SECONDS")
    if drain is not None:
        minutes = int(re.fullmatch(r"(\d+)m", service["stop_grace_period"])[1])  # type: ignore[index]
        assert minutes * 60 > int(drain)


def test_profiles_of_compose() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    profiles = {name: one.get("profiles", []) for name, one in COMPOSE["services"].items()}
    assert {name for name, found in profiles.items() if not found} == {"database", "api"}
    assert {name for name, found in profiles.items() if "cpu" in found} == {"worker"}
    assert {name for name, found in profiles.items() if "gpu" in found} == {"worker-gpu", "vllm"}


def stages() -> dict[str, tuple[str, str]]:
    """Name → what it starts from, its lines."""
    found = {}
    for part in re.split(r"(?m)^FROM ", DOCKERFILE)[1:]:
        head, _, body = part.partition("\n")
        source, name = re.fullmatch(r"(\S+) AS (\S+)", head).groups()  # type: ignore[union-attr]
        found[name] = (source, body)
    return found


def inherited(name: str) -> str:
    """The lines of a stage and of those that it starts from."""
    found, text = stages(), ""
    while name in found:
        source, body = found[name]
        text, name = body + text, source
    return text


def test_images() -> None:
    found = stages()
    for source, _ in found.values():
        assert source in found or PINNED.fullmatch(source), source
    # What is built when no target is named.
    assert list(found)[-1] == "embedded"
    for name in ("api", "worker", "worker-gpu", "embedded"):
        text = inherited(name)
        users = re.findall(r"(?m)^USER (\S+)", text)
        assert users[-1] == "10001"
        assert "HEALTHCHECK" in text
        assert "curl" not in text
        assert "HF_HUB_OFFLINE=1" in text
    built = re.search(r"COPY --from=(\S+) /venv", found["api"][1])
    assert built is not None
    assert "torch" not in inherited(built[1])
    assert "embedded" not in inherited(built[1])


def test_health_check_of_a_container() -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(int(self.path[1:]))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert alive(server.server_port, "/200")
        assert alive(server.server_port, "/401")
        assert not alive(server.server_port, "/503")
    finally:
        server.shutdown()
        server.server_close()
    assert not alive(server.server_port, "/200", seconds=1)
