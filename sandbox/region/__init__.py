"""A region: Linux machines, disks and networks in one process tree, in namespaces that vanish with it.

`Region` is the way in from outside. Inside, `daemon` makes the `Hardware` and hands it to the cloud API.
"""

from sandbox.region.region import Region, RegionError
from sandbox.region.status import RegionStatus

__all__ = ["Region", "RegionError", "RegionStatus"]
