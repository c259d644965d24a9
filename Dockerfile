# Margrave in a container, from the distribution zip. Not tested.
#   mvn package -Dmaven.test.skip=true && docker build -t margrave .
#   docker run --rm -v "$PWD:/data" margrave audit
FROM eclipse-temurin:17-jre-jammy AS unpack
RUN apt-get update && apt-get install -y --no-install-recommends unzip && rm -rf /var/lib/apt/lists/*
COPY cli/target/margrave-0.1.0.zip /tmp/margrave.zip
RUN unzip -q /tmp/margrave.zip -d /opt && mv /opt/margrave-0.1.0 /opt/margrave

FROM eclipse-temurin:17-jre-jammy
# LibTorch needs GNU OpenMP.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home margrave
COPY --from=unpack /opt/margrave /opt/margrave
USER margrave
WORKDIR /data
ENTRYPOINT ["/opt/margrave/bin/margrave"]
CMD ["--help"]
