# adamgate in a container: it is not root, and writes to /tmp and to folders that are mounted for its output only.
#   docker build -t adamgate:0.1.0 .
FROM python:3.11.14-slim-bookworm AS build
ARG EXTRAS=excel,define,databases,remote,plot
WORKDIR /source
COPY . .
RUN python -m venv /opt/adamgate \
    && /opt/adamgate/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt ".[${EXTRAS}]"

FROM python:3.11.14-slim-bookworm
COPY --from=build /opt/adamgate /opt/adamgate
ENV PATH=/opt/adamgate/bin:$PATH HOME=/tmp MPLCONFIGDIR=/tmp/matplotlib PYTHONDONTWRITEBYTECODE=1
WORKDIR /work
USER 65534:65534
ENTRYPOINT ["adamgate"]
CMD ["--help"]
