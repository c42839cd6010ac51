# Four images of one file; the last one is built when none is named.
#   docker build --target api .         HTTP, no model and no torch
#   docker build --target worker .      speech and notes on the CPU
#   docker build --target worker-gpu .  speech on an NVIDIA card; notes from a vLLM server
#   docker build -t anamnese .          the embedded profile by itself, without a network at run time:
#     docker run --rm -v anamnese-weights:/weights anamnese weights pull
#     docker run --rm --network none --read-only --tmpfs /tmp -v anamnese-weights:/weights:ro \
#       -v "$PWD/recordings:/in:ro" -v "$PWD/notes:/out" anamnese run /in/consultation.m4a --out /out
# All run as user 10001 and write to /data, /weights and /tmp only. compose.yaml puts them together.

# pip's index for torch alone, where another build than the default one is wanted (a CPU build for
# `worker` is much smaller): --build-arg TORCH_INDEX=…
ARG TORCH_INDEX=

FROM python:3.11.13-slim-bookworm AS base
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /src

FROM base AS build-api
COPY . .
RUN pip install -c constraints.txt ".[service,documents,traces]"

FROM base AS build-torch
ARG TORCH_INDEX
RUN pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch==2.13.0"
COPY . .

FROM build-torch AS build-worker
RUN pip install -c constraints.txt ".[embedded,records,service,traces]"

FROM build-torch AS build-embedded
RUN pip install -c constraints.txt ".[embedded,records]"

# torch brings its own CUDA; CTranslate2 takes CUDA 12 and cuDNN 9 from this image.
FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04 AS base-gpu
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /src

FROM base-gpu AS build-gpu
RUN pip install "torch==2.13.0"
COPY . .
RUN pip install -c constraints.txt ".[embedded,records,service,traces,nvidia]"

FROM python:3.11.13-slim-bookworm AS run
# llama.cpp wants OpenMP of the system, which slim images lack.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 anamnese \
 && mkdir /data /weights && chown anamnese /data /weights
ENV PATH=/venv/bin:$PATH \
    ANAMNESE_CACHE_FOLDER=/weights ANAMNESE_DATA_FOLDER=/data \
    OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=0 \
    HF_HUB_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1 PYANNOTE_METRICS_ENABLED=0 DO_NOT_TRACK=1 \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /data
USER 10001

FROM run AS api
COPY --from=build-api /venv /venv
ENV ANAMNESE_HOST=0.0.0.0 ANAMNESE_PORT=8765 ANAMNESE_LOG_FORMAT=json
EXPOSE 8765
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["python", "-m", "api.alive", "8765"]
ENTRYPOINT ["anamnese"]
CMD ["serve"]

FROM run AS worker
COPY --from=build-worker /venv /venv
ENV ANAMNESE_METRICS_PORT=9108 ANAMNESE_LOG_FORMAT=json
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["python", "-m", "api.alive", "9108", "/metrics"]
ENTRYPOINT ["anamnese"]
CMD ["worker"]

FROM base-gpu AS worker-gpu
# A library's user 1000 comes with ubuntu; ours is the same as in the other images.
RUN useradd --create-home --uid 10001 anamnese \
 && mkdir /data /weights && chown anamnese /data /weights
COPY --from=build-gpu /venv /venv
ENV ANAMNESE_PROFILE=gpu ANAMNESE_DEVICE=cuda \
    ANAMNESE_CACHE_FOLDER=/weights ANAMNESE_DATA_FOLDER=/data \
    ANAMNESE_METRICS_PORT=9108 ANAMNESE_LOG_FORMAT=json \
    HF_HUB_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1 PYANNOTE_METRICS_ENABLED=0 DO_NOT_TRACK=1 \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /data
USER 10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["python", "-m", "api.alive", "9108", "/metrics"]
ENTRYPOINT ["anamnese"]
CMD ["worker"]

FROM run AS embedded
COPY --from=build-embedded /venv /venv
HEALTHCHECK NONE
ENTRYPOINT ["anamnese"]
CMD ["doctor"]
