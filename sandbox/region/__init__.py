"""A region: Linux machines, disks and networks in one process tree, in namespaces that vanish with it.

`Region` is the way in from outside. Inside, `daemon` makes the `NspawnMachines` and hands them to the EC2 API.
"""

from sandbox.region.region import Region, RegionError
from sandbox.region.status import RegionStatus

__all__ = ["Region", "RegionError", "RegionStatus"]
