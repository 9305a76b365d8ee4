# One server of the app, and what stands before several; compose.yaml says which.
FROM python:3.11-slim-bookworm

RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt .
# Where there is no NVIDIA card, the address of PyTorch's own index for CPU builds, as pytorch.org tells it, takes the small
# builds of torch instead of those with CUDA: --build-arg TORCH_INDEX=ADDRESS
ARG TORCH_INDEX
RUN if [ -n "$TORCH_INDEX" ]; then \
      grep -E '^torch(vision)?==' requirements.txt > /tmp/torch.txt \
      && pip install --no-cache-dir --index-url "$TORCH_INDEX" -r /tmp/torch.txt; \
    fi \
    && pip install --no-cache-dir -r requirements.txt

COPY . .
RUN useradd --system --create-home primer && mkdir /runs /data && chown primer /runs /data
USER primer
ENV PRIMER_RUNS=/runs PRIMER_DATA=/data PRIMER_LOG=json
EXPOSE 8501
CMD ["streamlit", "run", "app.py", "--server.address", "0.0.0.0"]
