"""All configuration, read and checked in one place: every fault is reported together, before anything is registered."""

from components.settings.load import load
from components.settings.model import Settings

__all__ = ["Settings", "load"]
