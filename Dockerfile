# One server of the app, and what stands before several; compose.yaml says which.
FROM python:3.11-slim-bookworm

RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt .
# The small builds of torch, without CUDA; the versions are those of requirements.txt.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN grep -E '^torch(vision)?==' requirements.txt > torch.txt \
    && pip install --no-cache-dir --index-url "$TORCH_INDEX" -r torch.txt \
    && pip install --no-cache-dir -r requirements.txt \
    && rm torch.txt

COPY . .
RUN useradd --system --create-home primer && mkdir /runs /data && chown primer /runs /data
USER primer
ENV PRIMER_RUNS=/runs PRIMER_DATA=/data PRIMER_LOG=json
EXPOSE 8501
CMD ["streamlit", "run", "app.py", "--server.address", "0.0.0.0"]
