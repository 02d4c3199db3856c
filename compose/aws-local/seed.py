"""Puts the secrets that first-start.sh has made into the stand-in for Secrets Manager, once."""

import os
import pathlib

import boto3

directory = pathlib.Path("/etc/claude-webui/secrets")
prefix = os.environ["SECRETS_PREFIX"]
manager = boto3.client(
    "secretsmanager",
    region_name=os.environ["AWS_REGION"],
    endpoint_url=os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
)
for name in ("jwt", "anthropic"):
    file = directory / name
    if not file.exists():
        continue
    try:
        manager.create_secret(Name=prefix + name, SecretString=file.read_text())
        print(f"Made the secret {prefix}{name}.")
    except manager.exceptions.ResourceExistsException:
        print(f"The secret {prefix}{name} is there; it stays.")
