"""EC2 of the sandbox: moto's backend, with machines behind it and the refusals that moto leaves out."""

from moto.ec2 import urls
from moto.ec2.models import ec2_backends

from sandbox.ec2 import security_groups
from sandbox.ec2.backend import Ec2Backend
from sandbox.ec2.responses import Ec2Response
from sandbox.machines.machines import Machines


def install(machines: Machines) -> None:
    """Make moto answer EC2 requests with this package. One set of machines per process: moto's state is global."""
    ec2_backends.clear()
    ec2_backends.backend = Ec2Backend
    urls.url_paths["{0}/"] = Ec2Response.dispatch
    Ec2Backend.machines = machines
    security_groups.install()
