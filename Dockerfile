# The embedded profile in one image: recordings in, transcripts and notes out, no network at run time.
#   docker build -t anamnese .
#   docker run --rm -v anamnese-weights:/weights anamnese weights pull
#   docker run --rm --network none --read-only --tmpfs /tmp -v anamnese-weights:/weights:ro \
#     -v "$PWD/recordings:/in:ro" -v "$PWD/notes:/out" anamnese run /in/consultation.m4a --out /out
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_NO_CACHE_DIR=1
# Libraries first: they change less often than our code.
COPY pyproject.toml README.md LICENSE ./
RUN pip install "torch==2.13.0"
COPY . .
RUN pip install -c constraints.txt ".[embedded]"

FROM python:3.11-slim
COPY --from=build /venv /venv
RUN useradd --create-home --uid 10001 anamnese && mkdir /weights && chown anamnese /weights
USER anamnese
ENV PATH=/venv/bin:$PATH \
    ANAMNESE_CACHE_FOLDER=/weights \
    OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=0 \
    PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["anamnese"]
CMD ["doctor"]
