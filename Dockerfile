# The command line in a container: docker run --rm -v "$PWD:/data" fluxion simulate ashrae140:600
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY fluxion ./fluxion
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
COPY --from=build /wheels /wheels
RUN wheel=$(ls /wheels/*.whl) \
    && pip install --no-cache-dir "${wheel}[viz,results]" \
    && rm -r /wheels \
    && useradd --create-home fluxion
USER fluxion
WORKDIR /data
ENTRYPOINT ["fluxion"]
CMD ["--help"]
