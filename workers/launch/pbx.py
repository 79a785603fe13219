"""`outdial pbx`: the Asterisk side as files, and whether an Asterisk has all that is needed."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import click

from domain.core.settings import Settings
from workers.gateway.asterisk.check import check_pbx
from workers.gateway.asterisk.config import PbxFiles, write_config
from workers.gateway.switches import asterisk_settings
from workers.launch.options import switch_options


@click.group()
def pbx() -> None:
    """Prepare an Asterisk, and say what is missing on one."""


@pbx.command()
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write into.",
)
@click.option("--username", default="outdial", help="AMI user. Default: outdial")
@click.option("--permit", default="127.0.0.1/255.255.255.255", help="Who may log in to AMI.")
@click.option("--sounds", default="outdial", help="Folder below Asterisk's sounds.")
def config(folder: Path, username: str, permit: str, sounds: str) -> None:
    """Write the files of an Asterisk for Outdial, with a new AMI secret."""
    choice = replace(
        PbxFiles(), username=username, secret=PbxFiles.new_secret(), permit=permit, sounds=sounds
    )
    for path in write_config(folder, choice):
        click.echo(path)
    click.echo(
        "docs/asterisk/README.md says where each belongs. The AMI secret is in manager.conf."
    )


@pbx.command()
@switch_options
def check(settings: Settings) -> None:
    """Connect to the Asterisk of --pbx and say in words what is missing. Calls nobody."""
    findings = asyncio.run(check_pbx(asterisk_settings(settings)))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.text}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)
