# Web and worker of docker-compose.yml. GDAL, GEOS and PROJ come inside the wheels.
FROM python:3.11-slim-bookworm

# Chinese in reports; a library that the raster wheel expects of the system.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk libexpat1 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/gisland
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock

COPY . .
RUN useradd --system --uid 10001 --home-dir /srv/gisland/var gisland \
    && mkdir -p var \
    && chown gisland: var
USER gisland
ENV PYTHONUNBUFFERED=1

EXPOSE 8000
CMD ["gunicorn", "--no-control-socket", "-k", "gthread", "--workers", "2", "--threads", "4", "--bind", "0.0.0.0:8000", "gisland.wsgi"]
