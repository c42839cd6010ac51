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
from jobs.budget import Budget
from jobs.service_settings import ServiceSettings

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").rglob("*.yaml"))
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
    assert {one["metadata"]["name"] for one in WORKLOADS} == {"api", "worker", "vllm"}
    guarded = {
        one["spec"]["selector"]["matchLabels"]["part"]
        for _, one in OBJECTS
        if one["kind"] == "PodDisruptionBudget"
    }
    for workload in WORKLOADS:
        pod = workload["spec"]["template"]["spec"]
        # One for each card; with a single one, a budget would keep its node from being drained.
        if workload["metadata"]["name"] != "vllm":
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
            drain = {e["name"]: e.get("value") for e in container.get("env", [])}.get(
                "ANAMNESE_DRAIN_SECONDS", "0"
            )
            assert pod["terminationGracePeriodSeconds"] > float(drain) + 20
    closed = [
        one["spec"]
        for _, one in OBJECTS
        if one["kind"] == "NetworkPolicy" and one["spec"]["podSelector"] == {}
    ]
    assert closed == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]


def test_the_language_model_on_a_card() -> None:
    """The same server as in compose; workers reach it with its key, and it reaches nobody."""
    named = {(one["kind"], one["metadata"]["name"]): one for _, one in OBJECTS}
    (server,) = named["Deployment", "vllm"]["spec"]["template"]["spec"]["containers"]
    compose = COMPOSE["services"]["vllm"]
    assert server["image"] == compose["image"]
    assert server["args"] == compose["command"]
    assert server["resources"]["limits"]["nvidia.com/gpu"] == "1"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert server[probe]["httpGet"]["path"] == "/health"
    (worker,) = named["Deployment", "worker"]["spec"]["template"]["spec"]["containers"]
    keys = [
        one["valueFrom"]["secretKeyRef"]
        for container, name in ((server, "VLLM_API_KEY"), (worker, "ANAMNESE_VLLM_API_KEY"))
        for one in container["env"]
        if one["name"] == name
    ]
    assert [(key["name"], key["key"]) for key in keys] == [("anamnese", "vllm_api_key")] * 2
    settings = named["ConfigMap", "anamnese-vllm"]
    assert {"configMapRef": {"name": "anamnese-vllm", "optional": True}} in worker["envFrom"]
    port = named["Service", "vllm"]["spec"]["ports"][0]["port"]
    assert settings["data"]["ANAMNESE_VLLM_URL"] == f"http://vllm:{port}/v1"
    assert f"--served-model-name={settings['data']['ANAMNESE_VLLM_MODEL']}" in server["args"]
    # What its models and notes take together leaves room for a recording.
    data = {name.removeprefix("ANAMNESE_").lower(): x for name, x in settings["data"].items()}
    budget = next(e["value"] for e in worker["env"] if e["name"] == "ANAMNESE_MEMORY_BUDGET_MB")
    chosen = ServiceSettings.model_validate({**data, "memory_budget_mb": budget})
    assert Budget.of(chosen, lambda _: None, lambda: None).admitted("job", 90 * 60)
    Settings.model_validate(data)
    policies = {name: one["spec"] for (kind, name), one in named.items() if kind == "NetworkPolicy"}
    pod = named["Deployment", "vllm"]["spec"]["template"]["metadata"]["labels"]
    let_out = [p for p in policies.values() if "Egress" in p["policyTypes"] and "egress" in p]
    assert len(let_out) >= 2
    assert not [p for p in let_out if selects(p["podSelector"], pod)]
    (let_in,) = [p for p in policies.values() if "ingress" in p and selects(p["podSelector"], pod)]
    assert let_in["ingress"][0]["from"] == [
        {"podSelector": {"matchLabels": {"app": "anamnese", "part": "worker"}}}
    ]


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {})
    return wanted.items() <= labels.items() and all(
        one["operator"] == "In" and labels.get(one["key"]) in one["values"]
        for one in selector.get("matchExpressions", [])
    )


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
